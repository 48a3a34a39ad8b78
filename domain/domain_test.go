package domain_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"gridcommand/domain"
)

// A counter that takes what is not negative.
var counter = domain.Decider[int, int, int]{
	Decide: func(_ int, add int) ([]int, error) {
		if add < 0 {
			return nil, domain.Refuse("negative", "不能为负", "%d is below zero", add)
		}
		return []int{add}, nil
	},
	Evolve: func(sum, add int) int { return sum*3 + add },
}

func TestFoldingAPrefixThenTheRestEqualsFoldingAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOf(rapid.IntRange(0, 9)).Draw(t, "events")
		cut := rapid.IntRange(0, len(all)).Draw(t, "cut")
		if got, want := counter.Fold(counter.Fold(1, all[:cut]...), all[cut:]...), counter.Fold(1, all...); got != want {
			t.Fatalf("%d, not %d", got, want)
		}
	})
}

func TestARefusalIsFoundThroughWhatWrapsIt(t *testing.T) {
	_, err := counter.Decide(0, -1)
	r, ok := domain.AsRefusal(fmt.Errorf("counting: %w", err))
	if !ok || r.Code != "negative" || r.Detail != "-1 is below zero" || r.Zh != "不能为负" || r.Error() != "negative: -1 is below zero" {
		t.Errorf("refusal %+v, %t", r, ok)
	}
	if _, ok := domain.AsRefusal(errors.New("the disk is full")); ok {
		t.Error("a failure counts as a refusal")
	}
	if _, ok := domain.AsRefusal(nil); ok {
		t.Error("nothing counts as a refusal")
	}
}
