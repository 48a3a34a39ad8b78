// Package reference holds the data the district starts from: units, responsibility
// list, catalogue, calendar, policy and the texts of the demonstration. The tables
// are embedded (data/ORIGIN.md says where each comes from), so loading them needs
// nothing from outside. It keeps true that what loads fits together: every text,
// profile and stage limit names something that is there.
package reference

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"io"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/table"
)

// The versions that facts name. A changed table gets a new one.
const (
	PolicyVersion    = "huadu-illustrative-1"
	CatalogueVersion = "gb47678.5-2026-illustrative-1"
	CalendarVersion  = "cn-2018-2026"
)

// Reference is everything a rule looks up.
type Reference struct {
	Book    *jurisdiction.Book
	Matters *catalogue.Catalogue
	Days    *deadline.Calendar
	Policy  *incident.Policy
	Texts   *Texts

	// Limits holds every row of stage limits, also those that are no stage of an
	// incident: return (how long after dispatch), return_review, contact, reply_reserve.
	Limits map[string]incident.StageLimit
	// Evaluation is how figures are scored.
	Evaluation Evaluation
}

//go:embed data/*.csv
var data embed.FS

// Load reads the built-in data.
func Load() (*Reference, error) {
	matters, err := catalogue.Parse(CatalogueVersion, embedded("catalogue_gb47678_5"), embedded("criteria_example_city"), embedded("demo_texts"))
	if err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	book, err := jurisdiction.ParseBook(PolicyVersion, embedded("huadu_units"), embedded("huadu_streets"), embedded("departments"), embedded("demo_texts"))
	if err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	days, err := deadline.ParseCalendar(CalendarVersion, embedded("calendar_cn"))
	if err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	texts, err := parseTexts(matters, embedded("demo_texts"), embedded("more_texts"))
	if err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	limits, err := parseStageLimits(embedded("demo_texts"))
	if err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	policy, err := parsePolicy(PolicyVersion, limits, embedded("policy"))
	if err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	rows, faults := table.Read(EvaluationTable, embedded("evaluation"), policyColumns...)
	evaluation, more := evaluationFrom(PolicyVersion, rows)
	if err := cmp.Or(faults.Err(), more.Err()); err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	mapped, err := mappings(matters)
	if err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	return &Reference{
		Book: book.Naming(mapped), Matters: mapped, Days: days, Policy: policy, Texts: texts, Limits: limits, Evaluation: evaluation,
	}, nil
}

// embedded opens an embedded table; that it is there is fixed when the program is built.
func embedded(name string) io.Reader {
	content, err := data.ReadFile("data/" + name + ".csv")
	if err != nil {
		panic(fmt.Sprintf("reference: %v", err))
	}
	return bytes.NewReader(content)
}
