package campaign_test

import (
	"fmt"
	"testing"

	"gridcommand/domain/campaign"
)

// A district's campaign is folded at every answer: 1,401 grids, each answered twice.
func BenchmarkFoldADistrict(b *testing.B) {
	var cells []campaign.Cell
	for n := range 1401 {
		cells = append(cells, campaign.Cell{Grid: fmt.Sprintf("440114002%06d", n), Community: guihua, Street: street})
	}
	events := []campaign.Event{campaign.Launched{Cells: cells}}
	for range 2 {
		for _, c := range cells {
			events = append(events, campaign.Visited{Grid: c.Grid})
		}
	}
	for b.Loop() {
		if s := campaign.Decider.Fold(campaign.State{}, events...); s.Visits[len(cells)-1] == nil {
			b.Fatal("the last grid has no answer")
		}
	}
}
