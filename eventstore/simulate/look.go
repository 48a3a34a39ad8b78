package simulate

import (
	"encoding/json"
	"fmt"

	"gridcommand/eventstore"
)

// print is all of a record that must never change.
func print(r eventstore.Record) string {
	return fmt.Sprintf("%d %s %d %s %d %s %v", r.Position, r.Stream, r.Version, r.Type, r.At.UnixMicro(), r.Data, r.Meta)
}

// show notes that a reader was shown r, and that it was shown no other in its place.
func (w *world) show(r eventstore.Record) {
	is := print(r)
	if was, ok := w.shown[r.Position]; ok && was != is {
		w.breach("position %d was shown as %s, then as %s", r.Position, was, is)
	}
	w.shown[r.Position] = is
	w.versions[r.Stream] = max(w.versions[r.Stream], r.Version)
}

func (w *world) everything() ([]eventstore.Record, error) {
	var all []eventstore.Record
	for {
		page, err := w.server.ledger.Page(w.ctx, eventstore.Position(len(all)), 100)
		if err != nil || len(page) == 0 {
			return all, err
		}
		if err := eventstore.CheckDense(eventstore.Position(len(all)), page); err != nil {
			w.breach("%v", err)
			return nil, err
		}
		all = append(all, page...)
	}
}

// look reads the whole ledger and compares it with all that is known.
func (w *world) look() error {
	all, err := w.everything()
	if err != nil {
		return err
	}
	w.tell("the ledger holds %d facts", len(all))
	for p, was := range w.shown {
		if int(p) > len(all) {
			w.breach("position %d was shown to a reader, now the ledger ends at %d: %s", p, len(all), was)
		}
	}
	versions := map[eventstore.Stream]eventstore.Version{}
	there := map[*command]string{} // the decision that is in the ledger
	for i := 0; i < len(all) && w.broken == nil; {
		r := all[i]
		var is struct{ Decision string }
		if err := json.Unmarshal(r.Data, &is); err != nil {
			w.breach("position %d holds %s", r.Position, r.Data)
			break
		}
		d := w.decisions[is.Decision]
		if d == nil || d.refused || !d.maybe {
			w.breach("position %d holds %s, which was never sent or was refused", r.Position, r.Data)
			break
		}
		if other, twice := there[d.command]; twice {
			w.breach("command %s is in the ledger twice, as %s and %s", d.command.name, other, d.label)
		}
		there[d.command] = d.label
		i = w.lookAt(all, i, d, versions)
	}
	for _, d := range w.decisions {
		if d.command.first != nil && there[d.command] == "" {
			w.breach("command %s was acknowledged at %d and is not in the ledger of %d facts", d.command.name, d.command.first.First, len(all))
		}
	}
	for _, f := range w.followers {
		if err := f.look(all); err != nil {
			return err
		}
	}
	w.report.Facts = len(all)
	return nil
}

// lookAt checks that the facts from index i are those of d, whole and as given, and
// returns the index after them.
func (w *world) lookAt(all []eventstore.Record, i int, d *decision, versions map[eventstore.Stream]eventstore.Version) int {
	first := all[i].Position
	for _, write := range d.append.Writes {
		if have := versions[write.Stream]; !write.Expect.Met(have) {
			w.breach("%s expected %s at %v and was stored after version %d", d.label, write.Stream, write.Expect, have)
		}
		for _, draft := range write.Drafts {
			versions[write.Stream]++
			if i >= len(all) {
				w.breach("%s is in the ledger only in part", d.label)
				return i
			}
			want := eventstore.Record{
				Position: eventstore.Position(i + 1), Stream: write.Stream, Version: versions[write.Stream],
				Type: draft.Type, At: draft.At, Data: draft.Data, Meta: d.append.Meta,
			}
			if print(want) != print(all[i]) {
				w.breach("position %d holds %s, want %s", i+1, print(all[i]), print(want))
			}
			w.show(all[i])
			i++
		}
	}
	if r := d.command.first; r != nil {
		stream := d.append.Writes[0].Stream
		want := eventstore.Result{First: first, Last: eventstore.Position(i), Stream: stream, Version: all[int(first)-1+len(d.append.Writes[0].Drafts)-1].Version}
		if *r != want {
			w.breach("command %s was answered with %+v, it is at %+v", d.command.name, *r, want)
		}
	}
	return i
}

// finish looks at what only the end shows: every key gives its first answer, followers
// get to the head, and the ledger verifies.
func (w *world) finish() {
	for _, f := range w.followers {
		for before := eventstore.Position(-1); f.after != before && w.broken == nil; {
			before = f.after
			if err := f.step(); err != nil {
				w.breach("follower %d: %v", f.number, err)
			}
		}
		if int(f.after) != w.report.Facts {
			w.breach("follower %d ends at %d of %d facts", f.number, f.after, w.report.Facts)
		}
	}
	for _, d := range w.decisions {
		if w.broken != nil {
			break
		}
		r, known, err := w.server.ledger.Lookup(w.ctx, d.command.key())
		switch {
		case err != nil:
			w.breach("look up %s: %v", d.command.name, err)
		case known:
			w.first(d.command, r)
		case d.command.first != nil:
			w.breach("the key of %s is not known", d.command.name)
		}
	}
	if err := w.look(); err != nil {
		w.breach("%v", err)
	}
	report, err := eventstore.Verify(w.ctx, w.server.ledger)
	if err != nil || !report.Sound() {
		w.breach("verify: %+v, %v", report, err)
	}
}
