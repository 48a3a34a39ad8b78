package accounts

import (
	"context"
	"fmt"
	"strings"
)

// mostSubjects bounds the placeholders of one question.
const mostSubjects = 200

// Callers returns who each of some references stands for, read at once. One that stands
// for nobody is left out.
func (s *Store) Callers(ctx context.Context, subjects []string) (map[string]Caller, error) {
	callers := make(map[string]Caller, len(subjects))
	for len(subjects) > 0 {
		some := subjects[:min(mostSubjects, len(subjects))]
		subjects = subjects[len(some):]
		if err := s.callers(ctx, some, callers); err != nil {
			return nil, fmt.Errorf("accounts: reading callers: %w", err)
		}
	}
	return callers, nil
}

func (s *Store) callers(ctx context.Context, subjects []string, into map[string]Caller) error {
	marks, args := make([]string, len(subjects)), make([]any, len(subjects))
	for i, subject := range subjects {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), subject
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT c.subject, c.name, c.phone, k.key FROM callers c JOIN caller_keys k ON k.subject = c.subject
		WHERE c.subject IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var subject string
		var name, phone, key []byte
		if err := rows.Scan(&subject, &name, &phone, &key); err != nil {
			return err
		}
		var c Caller
		if c.Name, err = unseal(key, subject, "name", name); err != nil {
			return err
		}
		if c.Phone, err = unseal(key, subject, "phone", phone); err != nil {
			return err
		}
		into[subject] = c
	}
	return rows.Err()
}
