package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// photos keeps pictures as files named by the SHA-256 of what they hold, on disk before
// anything names them, and remembers who uploaded which.
type photos struct {
	dir     string
	db      *sqldb.DB
	working chan struct{} // one picture is decoded at a time: it may take 200 MB
}

func openPhotos(ctx context.Context, db *sqldb.DB, dir string) (*photos, error) {
	if err := sqldb.Migrate(ctx, db, photoTables().Files, photoTables().Name); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &photos{dir: dir, db: db, working: make(chan struct{}, 1)}, nil
}

var photoForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (p *photos) path(id string) string { return filepath.Join(p.dir, id+".jpg") }

// enter waits for a place to work on a picture: each takes memory.
func (p *photos) enter(ctx context.Context) (leave func(), err error) {
	select {
	case p.working <- struct{}{}:
		return func() { <-p.working }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// put stores a re-encoded picture and returns its id. It returns after the bytes would
// survive a power cut.
func (p *photos) put(ctx context.Context, jpeg []byte, uploader string, at time.Time, taken taking) (string, error) {
	sum := sha256.Sum256(jpeg)
	id := hex.EncodeToString(sum[:])
	if err := p.store(id, jpeg); err != nil {
		return "", fmt.Errorf("api: storing a photo: %w", err)
	}
	var when *int64
	var lng, lat *float64
	if taken.at != nil {
		when = new(taken.at.UnixMicro())
	}
	if taken.point != nil {
		lng, lat = &taken.point[0], &taken.point[1]
	}
	_, err := p.db.Write.ExecContext(ctx, `INSERT INTO photo_uploads (photo, uploader, at, taken_at, taken_lng, taken_lat)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (photo, uploader) DO NOTHING`, id, uploader, at.UnixMicro(), when, lng, lat)
	return id, err
}

func (p *photos) store(id string, jpeg []byte) error {
	if have, err := os.ReadFile(p.path(id)); err == nil && bytes.Equal(have, jpeg) {
		return nil
	}
	return replaceFile(p.path(id), jpeg, true)
}

// replaceFile writes a file whole or not at all; a safe one is on disk when it returns.
func replaceFile(file string, data []byte, safe bool) (err error) {
	dir := filepath.Dir(file)
	f, err := os.CreateTemp(dir, "incoming-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err == nil && safe {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil || !safe {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a rename last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// use remembers that an incident may name photos, before it does.
func (p *photos) use(ctx context.Context, incident string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return p.db.Tx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, `INSERT INTO photo_uses (photo, incident) VALUES ($1, $2)
				ON CONFLICT (photo, incident) DO NOTHING`, id, incident); err != nil {
				return fmt.Errorf("api: noting a photo's use: %w", err)
			}
		}
		return nil
	})
}

func (p *photos) uploadedBy(ctx context.Context, id, person string) (bool, error) {
	var n int
	err := p.db.Read.QueryRowContext(ctx, `SELECT COUNT(*) FROM photo_uploads WHERE photo = $1 AND uploader = $2`, id, person).Scan(&n)
	return n > 0, err
}

// taken returns when and where a photo was taken, as it said when a person uploaded it.
func (p *photos) taken(ctx context.Context, id, uploader string) (taking, error) {
	var when *int64
	var lng, lat *float64
	err := p.db.Read.QueryRowContext(ctx, `SELECT taken_at, taken_lng, taken_lat FROM photo_uploads
		WHERE photo = $1 AND uploader = $2`, id, uploader).Scan(&when, &lng, &lat)
	if errors.Is(err, sql.ErrNoRows) {
		return taking{}, nil
	}
	var out taking
	if when != nil {
		out.at = new(time.UnixMicro(*when))
	}
	if lng != nil && lat != nil {
		out.point = &orb.Point{*lng, *lat}
	}
	return out, err
}

func (p *photos) usedBy(ctx context.Context, id string) ([]string, error) {
	rows, err := p.db.Read.QueryContext(ctx, `SELECT incident FROM photo_uses WHERE photo = $1 ORDER BY incident`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// mayName tells whether a person uploaded a photo or sees an incident that names it.
func (s *server) mayName(ctx context.Context, p jurisdiction.Person, id string) (bool, error) {
	if !photoForm.MatchString(id) {
		return false, nil
	}
	if _, err := os.Stat(s.photos.path(id)); err != nil {
		return false, nil //nolint:nilerr // a file that can't be read is not there
	}
	if own, err := s.photos.uploadedBy(ctx, id, p.Name); own || err != nil {
		return own, err
	}
	incidents, err := s.photos.usedBy(ctx, id)
	if err != nil {
		return false, err
	}
	for _, incident := range incidents {
		f, err := s.find(ctx, p, incident)
		if problem, refused := errors.AsType[*Problem](err); refused && problem.Status == http.StatusNotFound {
			if seen, err := s.namedByCampaign(ctx, p, incident, id); seen || err != nil {
				return seen, err
			}
			continue
		}
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(f.Records, func(r eventstore.Record) bool { return names(r, id) }) {
			return true, nil
		}
	}
	return false, nil
}

// names tells whether a fact names a photo.
func names(r eventstore.Record, photo string) bool {
	var fact struct {
		Photos []string `json:"photos"`
		After  []string `json:"photos_after"` // of what was settled on the spot
	}
	return json.Unmarshal(r.Data, &fact) == nil && (slices.Contains(fact.Photos, photo) || slices.Contains(fact.After, photo))
}

// A NewPhoto is the id of a photo that is safely stored.
type NewPhoto struct {
	ID string `json:"id" doc:"SHA-256 of the re-encoded file"`
}

func (s *server) upload(ctx context.Context, r *Request, _ none) (NewPhoto, error) {
	leave, err := s.photos.enter(ctx)
	if err != nil {
		return NewPhoto{}, err
	}
	defer leave()
	jpeg, err := reencode(r.Raw, r.Header.Get("Content-Type"))
	if err != nil {
		return NewPhoto{}, err
	}
	id, err := s.photos.put(ctx, jpeg, r.Person.Name, s.Wall(), takingOf(r.Raw))
	return NewPhoto{ID: id}, err
}

type photoQuery struct {
	Size int `query:"size" enum:"160,320,640,1280" doc:"longest side in pixels; the whole picture unless said"`
}

func (s *server) photo(ctx context.Context, r *Request, q photoQuery) (blob, error) {
	id := r.PathValue("id")
	ok, err := s.mayName(ctx, r.Person, id)
	if err != nil {
		return blob{}, err
	}
	if !ok {
		return blob{}, notFound()
	}
	data, err := os.ReadFile(s.photos.path(id))
	if err != nil {
		return blob{}, fmt.Errorf("api: reading a photo: %w", err)
	}
	out := blob{media: "image/jpeg", data: data, etag: `"` + id + `"`, cache: "private, max-age=31536000, immutable"}
	if q.Size == 0 {
		return out, nil
	}
	out.etag = `"` + id + "-" + strconv.Itoa(q.Size) + `"`
	out.data, err = s.photos.thumbnail(ctx, id, data, q.Size)
	return out, err
}

// thumbnail returns a photo made small, from a folder of those made before. They can be
// made again, so nothing waits for them to be safe on disk.
func (p *photos) thumbnail(ctx context.Context, id string, data []byte, size int) ([]byte, error) {
	dir := filepath.Join(p.dir, "thumbs")
	file := filepath.Join(dir, id+"-"+strconv.Itoa(size)+".jpg")
	if made, err := os.ReadFile(file); err == nil {
		return made, nil
	}
	leave, err := p.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	small, err := thumbnail(data, size)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return small, replaceFile(file, small, false)
}
