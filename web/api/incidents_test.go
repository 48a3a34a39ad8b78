package api

import (
	"testing"
)

func TestAReportIsRoutedAndFound(t *testing.T) {
	s := newSite(t)
	a := s.post("inspector", "/incidents", s.reportOf(nil)).want(201)
	t.Logf("%s", a.raw)
	id := a.at("id").(string)
	if got, want := a.header.Get("Location"), "/api/v1/incidents/"+id; got != want {
		t.Errorf("Location %q, want %q", got, want)
	}
	tl := s.get("inspector", "/incidents/"+id+"/timeline").want(200)
	t.Logf("%s", tl.raw)
	s.fold()
	t.Logf("%s", s.get("inspector", "/incidents").want(200).raw)
}
