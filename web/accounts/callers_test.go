package accounts

import (
	"fmt"
	"testing"
)

// Callers read at once are those read one by one, however many are asked for; whoever was
// erased or never was is left out.
func TestCallersReadAtOnce(t *testing.T) {
	h, ctx := open(t), t.Context()
	want := map[string]Caller{}
	subjects := []string{"nobody"}
	for i := range mostSubjects + 20 {
		c := Caller{fmt.Sprintf("张%d", i), fmt.Sprintf("138%08d", i)}
		subject, err := h.PutCaller(ctx, c.Name, c.Phone)
		if err != nil {
			t.Fatal(err)
		}
		if subjects = append(subjects, subject); i%50 != 0 {
			want[subject] = c
		} else if err := h.EraseCaller(ctx, subject); err != nil {
			t.Fatal(err)
		}
	}
	got, err := h.Callers(ctx, append(subjects, subjects[3]))
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d callers of %d, %v", len(got), len(want), err)
	}
	for subject, c := range want {
		if got[subject] != c {
			t.Errorf("%s is %q", c.Name, got[subject].Name)
		}
	}
	if got, err := h.Callers(ctx, nil); err != nil || len(got) != 0 {
		t.Errorf("of nobody asked for, %d came, %v", len(got), err)
	}
}
