package casefile

import (
	"encoding/json"
	"fmt"

	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
)

// stored is a file as a view keeps it: the incident of the API, and beside it
// what no reader is shown.
type stored struct {
	File   plain  `json:"file"`
	Hidden hidden `json:"hidden"`
}

type plain File // File without its methods

type hidden struct {
	First      int64              `json:"first"`
	ReportedBy string             `json:"reported_by"`
	Held       []string           `json:"held"`
	Seen       jurisdiction.Place `json:"seen"`
	Unit       string             `json:"unit,omitempty"`
	Subject    string             `json:"subject,omitempty"`
	StageClock deadline.Deadline  `json:"stage_clock"`
	TotalClock *deadline.Deadline `json:"total_clock,omitempty"`
	StageMark  Mark               `json:"stage_mark,omitempty"`
	TotalMark  Mark               `json:"total_mark,omitempty"`
}

// Marshal returns f whole, with what its JSON hides. Equal files give equal bytes.
func (f File) Marshal() ([]byte, error) {
	return json.Marshal(stored{plain(f), hidden{
		f.First, f.ReportedBy, f.Held, f.Seen, f.Unit, f.Subject, f.StageClock, f.TotalClock, f.StageMark, f.TotalMark,
	}})
}

// Unmarshal returns the file that [File.Marshal] made data of.
func Unmarshal(data []byte) (File, error) {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return File{}, fmt.Errorf("casefile: stored file: %w", err)
	}
	f, h := File(s.File), s.Hidden
	f.First, f.ReportedBy, f.Held, f.Seen, f.Unit, f.Subject = h.First, h.ReportedBy, h.Held, h.Seen, h.Unit, h.Subject
	f.StageClock, f.TotalClock, f.StageMark, f.TotalMark = h.StageClock, h.TotalClock, h.StageMark, h.TotalMark
	return f, nil
}
