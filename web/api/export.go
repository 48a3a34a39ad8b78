package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
	"gridcommand/web/export"
	"gridcommand/web/sheet"
)

// exportQuery is a list as a file: every filter of a list; limit and cursor count for
// nothing.
type exportQuery struct {
	listQuery
	Format   string `query:"format" enum:"csv,xlsx,geojson" doc:"csv unless said"`
	Encoding string `query:"encoding" enum:"utf-8,gb18030" doc:"of a CSV; utf-8, with a byte order mark, unless said"`
}

// export answers with the whole list as a file. It stands at one position, which its
// name says, and shows of each incident what the list shows of it.
func (s *server) export(ctx context.Context, r *Request, q exportQuery) (any, error) {
	filter, err := q.filter()
	if err != nil {
		return nil, err
	}
	filter.Scope = s.scope(r.Person)
	if err := s.await(ctx, "casebook", q.MinPosition); err != nil {
		return nil, err
	}
	o := export.Options{Format: export.Format(q.Format), Encoding: sheet.Encoding(q.Encoding), Book: s.reference().Book}
	if o.Format == "" {
		o.Format = export.CSV
	}
	if o.Encoding == "" {
		o.Encoding = sheet.UTF8
	}
	d, err := spool(o.Format.Media(o.Encoding), "", "", 0, func(w io.Writer) error {
		var out export.Writer
		err := s.Casebook.Walk(ctx, filter, func(position eventstore.Position, at time.Time, _ int) (err error) {
			o.Position, o.At = int64(position), at
			out, err = export.New(w, o)
			return err
		}, func(f casefile.File) error {
			shown, err := s.shown(ctx, r.Person, f, nil)
			if err != nil {
				return err
			}
			return out.Write(shown)
		})
		if err != nil {
			return err
		}
		return out.Close()
	})
	if bad, ok := errors.AsType[*casebook.QueryError](err); ok {
		return nil, wrong(bad.Field, "%s", bad.Detail)
	}
	if err != nil {
		return nil, err
	}
	d.position = o.Position
	at := s.Now().In(deadline.CST).Format("20060102-1504")
	d.name = fmt.Sprintf("事件清单_%s_%d.%s", at, o.Position, o.Format)
	d.plain = fmt.Sprintf("incidents-%s-%d.%s", at, o.Position, o.Format)
	return d, nil
}

// filter is a list's filters as the casebook takes them.
func (q listQuery) filter() (casebook.Query, error) {
	box, err := parseBox(q.BBox)
	if err != nil {
		return casebook.Query{}, err
	}
	marks := make([]incident.Flag, len(q.Flag))
	for i, m := range q.Flag {
		marks[i] = incident.Flag(m)
	}
	return casebook.Query{
		Status: q.Status, Stage: q.Stage, Tier: q.Tier, Street: q.Street, Community: q.Community, Holder: q.Holder,
		Matter: q.Matter, Source: q.Source, Lamp: q.Lamp, Overdue: q.Overdue, Accepted: q.Accepted, Suspended: q.Suspended, Difficult: q.Difficult,
		Flag: marks, Q: q.Q, BBox: box, From: beginning(q.From), To: ending(q.To), Sort: q.Sort, Limit: q.Limit, Cursor: q.Cursor,
	}, nil
}
