package archive

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// The kinds of parts.
const (
	kindManifest = 'm'
	kindTable    = 't'
	kindRecords  = 'r'
	kindKeys     = 'k'
	kindPhoto    = 'p'
	kindFile     = 'f'
	kindIndex    = 'i'
	kindSummary  = 'z'
)

const (
	firstLine = "gridcommand backup "
	lastLine  = "end "
	headSize  = 9
	// partSize is about how much goes into one part, unpacked. A fact is never split.
	partSize = 1 << 20
	// partLimit bounds what a reader takes into memory for one part.
	partLimit = 256 << 20
)

func opening(format int) string { return fmt.Sprintf("%s%d\n", firstLine, format) }

// A parts writer writes a file part by part.
type partWriter struct {
	to       *bufio.Writer
	pack     *zstd.Encoder
	digest   Digest
	buf      []byte
	written  int64
	unpacked int64
}

func newPartWriter(w io.Writer) (*partWriter, error) {
	pack, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, err
	}
	p := &partWriter{to: bufio.NewWriterSize(w, 1<<18), pack: pack, digest: sha256.Sum256([]byte(opening(Format)))}
	return p, p.put([]byte(opening(Format)))
}

func (p *partWriter) put(b []byte) error {
	p.written += int64(len(b))
	_, err := p.to.Write(b)
	return err
}

// part writes one part.
func (p *partWriter) part(kind byte, raw []byte) error {
	if len(raw) > partLimit {
		return fmt.Errorf("archive: a part of %d bytes is more than a reader takes", len(raw))
	}
	p.buf = append(p.buf[:0], make([]byte, headSize)...)
	p.buf = p.pack.EncodeAll(raw, p.buf)
	p.buf[0] = kind
	binary.BigEndian.PutUint32(p.buf[1:], uint32(len(p.buf)-headSize))
	binary.BigEndian.PutUint32(p.buf[5:], uint32(len(raw)))
	p.digest = chained(p.digest, p.buf)
	p.unpacked += int64(len(raw))
	if err := p.put(p.buf); err != nil {
		return err
	}
	return p.put(p.digest[:])
}

// end writes the last line. Nothing may follow.
func (p *partWriter) end() error {
	if err := p.put([]byte(lastLine + hex.EncodeToString(p.digest[:]) + "\n")); err != nil {
		return err
	}
	return p.to.Flush()
}

func chained(before Digest, part []byte) (d Digest) {
	h := sha256.New()
	h.Write(before[:])
	h.Write(part)
	h.Sum(d[:0])
	return d
}

// A partReader reads a file part by part, and gives out nothing whose digest is not right.
type partReader struct {
	name   string
	from   *bufio.Reader
	unpack *zstd.Decoder
	digest Digest
	buf    []byte
	raw    []byte
	at     int64 // where the next part begins
	n      int   // the part given out last
	began  int64 // where that one began
	ended  bool
}

func newPartReader(name string, r io.Reader) (*partReader, error) {
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(partLimit))
	if err != nil {
		return nil, err
	}
	p := &partReader{name: name, from: bufio.NewReaderSize(r, 1<<18), unpack: unpack}
	// A line of a later format may be longer, but not by much.
	line, err := p.from.Peek(len(opening(Format)))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, &FaultError{File: name, Err: err}
	}
	switch text := string(line); {
	case text == opening(Format):
		_, _ = p.from.Discard(len(text))
	case text != "" && strings.HasPrefix(opening(Format), text):
		return nil, &FaultError{File: name, Err: ErrCut}
	case strings.HasPrefix(text, firstLine):
		return nil, &FaultError{File: name, Err: fmt.Errorf("%w: its format is %q, this program reads %d", ErrNewer, p.format(), Format)}
	default:
		return nil, &FaultError{File: name, Err: ErrNotBackup}
	}
	p.digest = sha256.Sum256([]byte(opening(Format)))
	p.at = int64(len(opening(Format)))
	return p, nil
}

// format returns what stands in the place of the format.
func (p *partReader) format() string {
	line, _ := p.from.Peek(40)
	text, _, _ := strings.Cut(strings.TrimPrefix(string(line), firstLine), "\n")
	return text
}

func (p *partReader) fault(err error) error {
	return &FaultError{File: p.name, Part: p.n, Offset: p.began, Err: err}
}

// next returns the next part, lent until the one after; io.EOF after the last, when the
// last line has been seen too.
func (p *partReader) next() (kind byte, raw []byte, err error) {
	if p.ended {
		return 0, nil, io.EOF
	}
	p.n, p.began = p.n+1, p.at
	head, err := p.from.Peek(headSize)
	if err != nil {
		return 0, nil, p.short(err)
	}
	if string(head[:len(lastLine)]) == lastLine {
		return 0, nil, p.last()
	}
	packed, unpacked := binary.BigEndian.Uint32(head[1:]), binary.BigEndian.Uint32(head[5:])
	if packed > partLimit || unpacked > partLimit {
		return 0, nil, p.fault(fmt.Errorf("%w: it says to be %d bytes long", ErrDamaged, max(packed, unpacked)))
	}
	if err := p.fill(headSize + int(packed)); err != nil {
		return 0, nil, p.short(err)
	}
	var said Digest
	if _, err := io.ReadFull(p.from, said[:]); err != nil {
		return 0, nil, p.short(err)
	}
	if p.digest = chained(p.digest, p.buf); p.digest != said {
		return 0, nil, p.fault(fmt.Errorf("%w: its digest does not match", ErrDamaged))
	}
	if p.raw, err = p.unpack.DecodeAll(p.buf[headSize:], p.raw[:0]); err != nil || len(p.raw) != int(unpacked) {
		return 0, nil, p.fault(fmt.Errorf("%w: it does not unpack (%v)", ErrDamaged, err))
	}
	p.at += int64(len(p.buf) + len(said))
	return p.buf[0], p.raw, nil
}

// fill reads n bytes into buf. Memory grows with what is really there: a length that lies
// costs nothing.
func (p *partReader) fill(n int) error {
	const step = 4 << 20
	p.buf = p.buf[:0]
	for len(p.buf) < n {
		have := len(p.buf)
		more := min(step, n-have)
		p.buf = append(p.buf, make([]byte, more)...)
		if _, err := io.ReadFull(p.from, p.buf[have:]); err != nil {
			return err
		}
	}
	return nil
}

func (p *partReader) last() error {
	line := make([]byte, len(lastLine)+2*sha256.Size+1)
	if _, err := io.ReadFull(p.from, line); err != nil {
		return p.short(err)
	}
	if string(line) != lastLine+hex.EncodeToString(p.digest[:])+"\n" {
		return p.fault(fmt.Errorf("%w: its last line is not that of these parts", ErrDamaged))
	}
	if _, err := p.from.ReadByte(); !errors.Is(err, io.EOF) {
		if err != nil {
			return p.fault(err)
		}
		return p.fault(fmt.Errorf("%w: something follows its last line", ErrDamaged))
	}
	p.at += int64(len(line))
	p.ended = true
	return io.EOF
}

func (p *partReader) short(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return p.fault(ErrCut)
	}
	return p.fault(err)
}
