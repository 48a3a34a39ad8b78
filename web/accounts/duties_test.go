package accounts

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/jurisdiction"
)

// A session knows its person's posts and grids as they are now, not as they were at
// log-in; so does a ticket.
func TestDutiesCountAtOnce(t *testing.T) {
	ctx := t.Context()
	s := open(t)
	must(t, s.Add(ctx, "he", jurisdiction.Inspector, "440114002002", "first-password-1", Duties{
		Grids: []string{"440114002002002", "440114002002001", "440114002002002"},
	}))
	session, err := s.Login(ctx, "he", "first-password-1")
	must(t, err)
	want := jurisdiction.Person{
		Name: "he", Role: jurisdiction.Inspector, Unit: "440114002002", Grids: []string{"440114002002001", "440114002002002"},
	}
	if diff := cmp.Diff(want, session.Person); diff != "" {
		t.Errorf("log-in (-want +got):\n%s", diff)
	}
	must(t, s.SetDuties(ctx, "he", Duties{Posts: []jurisdiction.Post{jurisdiction.Clerk}, Grids: []string{"440114002002003"}}))
	want.Posts, want.Grids = []jurisdiction.Post{jurisdiction.Clerk}, []string{"440114002002003"}
	who, id, err := s.Resolve(ctx, session.Token)
	must(t, err)
	if diff := cmp.Diff(want, who); diff != "" {
		t.Errorf("resolved (-want +got):\n%s", diff)
	}
	ticket, err := s.NewTicket(ctx, id)
	must(t, err)
	who, _, err = s.Redeem(ctx, ticket)
	must(t, err)
	if diff := cmp.Diff(want, who); diff != "" {
		t.Errorf("redeemed (-want +got):\n%s", diff)
	}
	a, err := s.Account(ctx, "he")
	must(t, err)
	if diff := cmp.Diff(want.Grids, a.Grids); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
}

func TestInspectorsOfACommunity(t *testing.T) {
	ctx := t.Context()
	s := open(t)
	for name, unit := range map[string]string{"b": "440114002002", "a": "440114002002", "gone": "440114002002", "away": "440114002003"} {
		must(t, s.Add(ctx, name, jurisdiction.Inspector, unit, "first-password-1"))
	}
	must(t, s.Add(ctx, "station", jurisdiction.CommunityStaff, "440114002002", "first-password-1"))
	must(t, s.Disable(ctx, "gone"))
	all, err := s.Inspectors(ctx, "440114002002")
	must(t, err)
	if len(all) != 2 || all[0].Name != "a" || all[1].Name != "b" {
		t.Errorf("%+v", all)
	}
}

func TestDutiesThatCannotBe(t *testing.T) {
	ctx := t.Context()
	s := open(t)
	must(t, s.Add(ctx, "desk", jurisdiction.StreetDesk, "440114002", "first-password-1"))
	must(t, s.Add(ctx, "he", jurisdiction.Inspector, "440114002002", "first-password-1"))
	for name, c := range map[string]struct {
		who  string
		give Duties
	}{
		"a post that is none":         {"desk", Duties{Posts: []jurisdiction.Post{"emperor"}}},
		"a desk that walks":           {"desk", Duties{Grids: []string{"440114002002001"}}},
		"another community's grid":    {"he", Duties{Grids: []string{"440114002001001"}}},
		"a code that is none":         {"he", Duties{Grids: []string{"440114002002"}}},
		"a list passed off as a code": {"he", Duties{Grids: []string{"440114002002001,x"}}},
	} {
		if err := s.SetDuties(ctx, c.who, c.give); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.SetDuties(ctx, "nobody", Duties{}); !errors.Is(err, ErrNoAccount) {
		t.Errorf("nobody: %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
