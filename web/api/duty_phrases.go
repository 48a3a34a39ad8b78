package api

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore/sqldb"
)

//go:embed phrases/*.sql
var phraseFiles embed.FS

// phraseKinds is what ready sentences are for.
var phraseKinds = []string{"return", "escalate", "extension", "suspension", "rework", "decline", "refute", "appeal", "result", "reply", "urge", "supervise", "reply_city", "contact"}

// writers are those who have use for a sentence: everybody who does something to incidents.
func writers(r jurisdiction.Role) bool { return readers(r) && r != jurisdiction.Supervisor }

// openPhrases makes the table of units' own sentences.
func openPhrases(ctx context.Context, db *sqldb.DB) error {
	if err := sqldb.Migrate(ctx, db, phraseTables().Files, phraseTables().Name); err != nil {
		return fmt.Errorf("api: opening phrases: %w", err)
	}
	return nil
}

type phrasesQuery struct {
	Kind   string `query:"kind" enum:"return,escalate,extension,suspension,rework,decline,refute,appeal,result,reply,urge,supervise,reply_city,contact"`
	Matter string `query:"matter" maxLength:"128" pattern:"^[^/]+/(matter|component)/[^/]+$" patternDescription:"scheme/kind/code" doc:"those of this matter, and those for any"`
}

// A Phrase is a ready sentence.
type Phrase struct {
	ID     *string `json:"id" doc:"null: the district's, which nobody deletes here"`
	Kind   string  `json:"kind"`
	Matter *string `json:"matter" doc:"scheme/kind/code; null: for any"`
	Text   string  `json:"text" doc:"in it may stand {community}, {street}, {unit}, {other}, {date}"`
}

// A PhraseList is the sentences of the caller's unit, then the district's.
type PhraseList struct {
	Items    []Phrase `json:"items"`
	Position int64    `json:"position"`
}

func (s *server) phrases(ctx context.Context, r *Request, q phrasesQuery) (PhraseList, error) {
	head, err := s.Ledger.Head(ctx)
	if err != nil {
		return PhraseList{}, err
	}
	out := PhraseList{Items: []Phrase{}, Position: int64(head)}
	rows, err := s.State.Read.QueryContext(ctx, `SELECT id, kind, matter, text FROM phrases WHERE unit = $1 ORDER BY created_at, id`, r.Person.Unit)
	if err != nil {
		return out, err
	}
	defer rows.Close()
	for rows.Next() {
		var p Phrase
		var id, matter string
		if err := rows.Scan(&id, &p.Kind, &matter, &p.Text); err != nil {
			return out, err
		}
		p.ID = &id
		if matter != "" {
			p.Matter = &matter
		}
		out.Items = append(out.Items, p)
	}
	if err := rows.Err(); err != nil {
		return out, err
	}
	out.Items = append(out.Items, districtPhrases(s.reference().Texts)...)
	out.Items = slices.DeleteFunc(out.Items, func(p Phrase) bool {
		return q.Kind != "" && p.Kind != q.Kind || q.Matter != "" && p.Matter != nil && *p.Matter != q.Matter
	})
	return out, nil
}

// districtPhrases are the sentences of the table of texts.
func districtPhrases(t *reference.Texts) []Phrase {
	var all []Phrase
	add := func(kind string, list []reference.Text) {
		for _, x := range list {
			p := Phrase{Kind: kind, Text: x.Text}
			if !x.Matter.IsZero() {
				key := keyText(x.Matter)
				p.Matter = &key
			}
			all = append(all, p)
		}
	}
	for _, kind := range phraseKinds {
		switch kind {
		case "result":
			add(kind, t.Results)
		case "reply":
			add(kind, t.Replies)
		default:
			add(kind, t.Reasons[kind])
		}
	}
	return all
}

func keyText(k catalogue.Key) string { return k.Scheme + "/" + k.Kind + "/" + k.Code }

// A NewPhrase is a sentence that a unit wants to keep.
type NewPhrase struct {
	Kind   string     `json:"kind" enum:"return,escalate,extension,suspension,rework,decline,refute,appeal,result,reply,urge,supervise,reply_city,contact"`
	Matter *MatterKey `json:"matter,omitempty"`
	Text   string     `json:"text" minLength:"1" maxLength:"500" pattern:"\\S" patternDescription:"not blank"`
}

// maxPhrases bounds what one unit keeps.
const maxPhrases = 500

func (s *server) addPhrase(ctx context.Context, r *Request, body NewPhrase) (Phrase, error) {
	p := Phrase{Kind: body.Kind, Text: body.Text}
	matter := ""
	if body.Matter != nil {
		k := body.Matter.key()
		if faults := s.judgeCriterion(&k, ""); len(faults) > 0 {
			return p, invalid(faults...)
		}
		matter = keyText(k)
		p.Matter = &matter
	}
	id, err := uuid.NewV7()
	if err != nil {
		return p, err
	}
	name := id.String()
	err = s.State.Tx(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM phrases WHERE unit = $1`, r.Person.Unit).Scan(&n); err != nil {
			return err
		}
		if n >= maxPhrases {
			return problem(422, "too_many", "a unit keeps %d sentences at most", maxPhrases)
		}
		// The same sentence again is the one that is there.
		return tx.QueryRowContext(ctx, `INSERT INTO phrases (id, unit, kind, matter, text, account, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (unit, kind, matter, text) DO UPDATE SET text = excluded.text RETURNING id`,
			name, r.Person.Unit, p.Kind, matter, p.Text, r.Person.Name, s.Wall().UnixMicro()).Scan(&name)
	})
	p.ID = &name
	return p, err
}

// therePhrase: a sentence is there for the unit that keeps it.
func (s *server) therePhrase(ctx context.Context, r *Request) error {
	var n int
	err := s.State.Read.QueryRowContext(ctx, `SELECT COUNT(*) FROM phrases WHERE id = $1 AND unit = $2`, r.PathValue("id"), r.Person.Unit).Scan(&n)
	if err == nil && n == 0 {
		return notFound()
	}
	return err
}

func (s *server) deletePhrase(ctx context.Context, r *Request, _ none) (none, error) {
	_, err := s.State.Write.ExecContext(ctx, `DELETE FROM phrases WHERE id = $1 AND unit = $2`, r.PathValue("id"), r.Person.Unit)
	return none{}, err
}
