package casefile

import (
	"encoding/json"
	"fmt"
)

// stored is a file as a view keeps it: the incident of the API, and beside it
// what no reader is shown.
type stored struct {
	File   plain  `json:"file"`
	Hidden Hidden `json:"hidden"`
}

type plain File // File without its methods

// Whole is a file within a file; its JSON hides nothing.
type Whole File

// MarshalJSON writes all of w.
func (w Whole) MarshalJSON() ([]byte, error) { return File(w).Marshal() }

// UnmarshalJSON reads what MarshalJSON wrote.
func (w *Whole) UnmarshalJSON(data []byte) error {
	f, err := Unmarshal(data)
	*w = Whole(f)
	return err
}

// Marshal returns f whole, with what its JSON hides. Equal files give equal bytes.
func (f File) Marshal() ([]byte, error) {
	return json.Marshal(stored{plain(f), f.Hidden})
}

// Unmarshal returns the file that [File.Marshal] made data of.
func Unmarshal(data []byte) (File, error) {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return File{}, fmt.Errorf("casefile: stored file: %w", err)
	}
	f := File(s.File)
	f.Hidden = s.Hidden
	return f, nil
}
