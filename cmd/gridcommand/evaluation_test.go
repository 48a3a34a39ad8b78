package main

import (
	"slices"
	"testing"

	"gridcommand/domain/reference"
)

// What the built-in table weighs is in the catalogue of indicators.
func TestTheBuiltInWeightsAreOfIndicators(t *testing.T) {
	ref, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	known := indicators()
	for _, w := range ref.Evaluation.Weights {
		if !slices.Contains(known, w.Indicator) {
			t.Errorf("%s is no indicator", w.Indicator)
		}
	}
}
