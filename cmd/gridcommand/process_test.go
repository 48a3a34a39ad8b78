package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the program under test, built once: what is killed here is the real thing.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "gridcommand-test-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "gridcommand")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	code := 1
	if err := build.Run(); err == nil {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

const password = "huadu-test-2026"

// A server is a running gridcommand process.
type server struct {
	t    testing.TB
	cmd  *exec.Cmd
	url  string
	log  *lastWords
	gone chan struct{} // closed when the process ended
}

// lastWords keeps the end of what a process said, for failures.
type lastWords struct {
	mu   sync.Mutex
	last []string
}

func (t *lastWords) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last = append(t.last, line); len(t.last) > 30 {
		t.last = t.last[1:]
	}
}

func (t *lastWords) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.last, "\n")
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start runs a command that serves, and returns when it says where.
func start(t testing.TB, args ...string) *server {
	t.Helper()
	s := &server{t: t, log: &lastWords{}, gone: make(chan struct{})}
	s.cmd = exec.Command(binary, args...)
	s.cmd.Env = append(os.Environ(), "GRIDCOMMAND_DEMO_PASSWORD="+password)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	talk, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	var readers sync.WaitGroup
	read := func(r io.Reader) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			s.log.add(lines.Text())
			if url := address.FindString(lines.Text()); url != "" && !strings.Contains(lines.Text(), "msg=request") {
				select {
				case said <- url:
				default:
				}
			}
		}
	}
	readers.Go(func() { read(out) })
	readers.Go(func() { read(talk) })
	go func() {
		readers.Wait()
		_ = s.cmd.Wait()
		close(s.gone)
	}()
	t.Cleanup(func() { s.kill() })
	select {
	case s.url = <-said:
	case <-s.gone:
		t.Fatalf("the program ended at once:\n%s", s.log)
	case <-time.After(2 * time.Minute):
		t.Fatalf("the program never said where it serves:\n%s", s.log)
	}
	return s
}

// kill ends the process as a power cut would: no handler of its own runs.
func (s *server) kill() {
	_ = s.cmd.Process.Signal(syscall.SIGKILL)
	<-s.gone
}

// stop asks the process to drain, and returns its exit code.
func (s *server) stop() int {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.gone:
	case <-time.After(time.Minute):
		s.t.Fatalf("the program did not drain:\n%s", s.log)
	}
	return s.cmd.ProcessState.ExitCode()
}

// tool runs a command to its end.
func tool(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	cmd.Env = append(os.Environ(), "GRIDCOMMAND_PASSWORD="+password)
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), talk.String(), cmd.ProcessState.ExitCode()
}

// staffed makes a folder with the accounts of the demonstration, as an
// administrator would.
func staffed(t testing.TB, at ...string) {
	t.Helper()
	for _, a := range demoAccounts {
		args := append([]string{"user", "add", a.name, "--role", string(a.role), "--unit", a.unit}, at...)
		if _, talk, code := tool(t, args...); code != 0 {
			t.Fatalf("user add %s: exit %d: %s", a.name, code, talk)
		}
	}
}

// A caller is somebody logged in.
type caller struct {
	t     testing.TB
	url   string
	token string
	http  *http.Client
}

func (s *server) login(name string) *caller {
	s.t.Helper()
	c := &caller{t: s.t, url: s.url, http: &http.Client{Timeout: 30 * time.Second}}
	answer := c.must(http.StatusCreated, "POST", "/sessions", "", map[string]string{"username": name, "password": password})
	c.token = answer["token"].(string)
	return c
}

// ask sends a request; an error means that the outcome is not known.
func (c *caller) ask(method, path, key string, body any) (status int, answer map[string]any, header http.Header, err error) {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, nil, nil, err
		}
		reader = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, c.url+"/api/v1"+path, reader)
	if err != nil {
		return 0, nil, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, nil, err
	}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &answer); err != nil {
			return 0, nil, nil, fmt.Errorf("%s %s: %d: not JSON: %.200s", method, path, resp.StatusCode, text)
		}
	}
	return resp.StatusCode, answer, resp.Header, nil
}

// must sends a request that has to be answered with status.
func (c *caller) must(status int, method, path, key string, body any) map[string]any {
	c.t.Helper()
	got, answer, _, err := c.ask(method, path, key, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	if got != status {
		c.t.Fatalf("%s %s: %d, want %d: %v", method, path, got, status, answer)
	}
	return answer
}

func (c *caller) get(path string) map[string]any {
	c.t.Helper()
	return c.must(http.StatusOK, "GET", path, "", nil)
}

// order gives a command and returns the incident as it answers.
func (c *caller) order(id, command string, body map[string]any) map[string]any {
	c.t.Helper()
	if body == nil {
		body = map[string]any{}
	}
	return c.must(http.StatusOK, "POST", "/incidents/"+id+"/commands/"+command, "", body)["incident"].(map[string]any)
}

// settle waits until an incident is as wanted: the workflow needs a moment.
func (c *caller) settle(id, what string, is func(incident map[string]any) bool) map[string]any {
	c.t.Helper()
	var last map[string]any
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if last = c.get("/incidents/" + id); is(last) {
			return last
		}
	}
	c.t.Fatalf("incident %s never became %s: stage %v, holder %v", id, what, last["stage"], last["holder"])
	return nil
}
