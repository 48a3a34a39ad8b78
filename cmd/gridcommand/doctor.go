package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/eventstore/doctor"
	"gridcommand/eventstore/seal"
	"gridcommand/workflow"
)

// DoctorCmd checks what a ledger stands on. It changes nothing.
type DoctorCmd struct {
	At
	JSON bool `name:"json"`
}

// Run prints one finding per check and exits 1 if one of them fails.
func (c *DoctorCmd) Run(ctx context.Context, console *Console) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	all := append(p.examine(ctx), p.calendar(ctx)...)
	if c.JSON {
		if err := json.NewEncoder(console.Out).Encode(all); err != nil {
			return err
		}
	} else {
		for _, f := range all {
			fmt.Fprintln(console.Out, said(f))
		}
	}
	if failed := failures(all); len(failed) > 0 {
		return &saidError{fmt.Errorf("%d checks failed", len(failed))}
	}
	return nil
}

// said is a finding as one line, in both languages.
func said(f doctor.Finding) string {
	line := fmt.Sprintf("%-4s  %-28s  %s · %s", f.Level, f.Check, f.What.ZH, f.What.EN)
	if f.Do != (doctor.Text{}) {
		line += fmt.Sprintf(" → %s", f.Do.ZH)
		if f.Do.EN != f.Do.ZH {
			line += " · " + f.Do.EN
		}
	}
	return line
}

func failures(all []doctor.Finding) (failed []doctor.Finding) {
	for _, f := range all {
		if f.Level == doctor.Fail {
			failed = append(failed, f)
		}
	}
	return failed
}

// examine checks a place without reading its ledger through.
func (p place) examine(ctx context.Context) []doctor.Finding {
	folder := doctor.Folder{Dir: p.dir, Ledger: p.pg == "", Secret: []string{seal.KeyFile}}
	all := folder.Check()
	if p.pg != "" {
		all = append(all, doctor.Postgres(ctx, p.pg)...)
	} else {
		all = append(all, doctor.SQLite(ctx, p.dir)...)
	}
	return append(all, p.clock(ctx, time.Now()), zone(), user())
}

// builtAt is when the program was built, as far as it knows; zero: it does not.
func builtAt() time.Time {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.time" {
				at, _ := time.Parse(time.RFC3339, s.Value)
				return at
			}
		}
	}
	return time.Time{}
}

// clock holds the machine's clock against what is known to have been. Times of facts may
// run backwards for a while; the order of facts never does.
func (p place) clock(ctx context.Context, now time.Time) doctor.Finding {
	f := doctor.Finding{Check: "machine.clock", Level: doctor.OK, What: doctor.Text{
		ZH: "本机时钟为 " + now.In(deadline.CST).Format(time.DateTime), EN: "this machine's clock says " + now.In(deadline.CST).Format(time.DateTime),
	}}
	late := func(zh, en string) doctor.Finding {
		f.Level, f.What.ZH, f.What.EN = doctor.Warn, f.What.ZH+"，"+zh, f.What.EN+", "+en
		f.Do = doctor.Text{ZH: "用 NTP 校时", EN: "let the machine keep time by NTP"}
		return f
	}
	if built := builtAt(); now.Before(built) {
		return late("早于程序的构建时间", "before the program was built")
	}
	if last := p.lastFact(ctx); last.Sub(now) > time.Minute {
		at := last.In(deadline.CST).Format(time.DateTime)
		return late("早于账本最后一条事实（"+at+"）", "before the ledger's last fact ("+at+")")
	}
	return f
}

// lastFact is when the last fact came true; zero: there is none that can be read.
func (p place) lastFact(ctx context.Context) time.Time {
	if !p.exists() {
		return time.Time{}
	}
	ledger, err := p.readOnly(ctx)
	if err != nil {
		return time.Time{}
	}
	defer ledger.Close()
	head, err := ledger.Head(ctx)
	if err != nil || head == 0 {
		return time.Time{}
	}
	page, err := ledger.Page(ctx, head-1, 1)
	if err != nil || len(page) == 0 {
		return time.Time{}
	}
	return page[0].At
}

func zone() doctor.Finding {
	f := doctor.Finding{Check: "machine.zone", Level: doctor.OK, What: doctor.Text{ZH: "时区数据可用", EN: "time zones are known"}}
	at, err := time.LoadLocation("Asia/Shanghai")
	if _, offset := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC).In(atOr(at)).Zone(); err != nil || offset != 8*3600 {
		f.Level, f.What = doctor.Fail, doctor.Text{ZH: "没有东八区的时区数据", EN: "there is no data of the zone Asia/Shanghai"}
		f.Do = doctor.Text{ZH: "安装 tzdata", EN: "install tzdata"}
	}
	return f
}

func atOr(at *time.Location) *time.Location {
	if at == nil {
		return time.UTC
	}
	return at
}

func user() doctor.Finding {
	if os.Geteuid() == 0 {
		return doctor.Finding{
			Check: "machine.user", Level: doctor.Warn, What: doctor.Text{ZH: "以 root 身份运行", EN: "running as root"},
			Do: doctor.Text{ZH: "为它建立一个普通用户", EN: "give it a user of its own"},
		}
	}
	return doctor.Finding{Check: "machine.user", Level: doctor.OK, What: doctor.Text{ZH: "以普通用户运行", EN: "running as an ordinary user"}}
}

// calendar reads the ledger's reference data and looks whether this year's calendar is in it.
func (p place) calendar(ctx context.Context) []doctor.Finding {
	if !p.exists() {
		return nil
	}
	ledger, err := p.readOnly(ctx)
	if err != nil {
		return nil // what is wrong has been said by examine
	}
	defer ledger.Close()
	library, err := workflow.OpenLibrary(ctx, workflow.LibraryDeps{Ledger: ledger})
	if err != nil {
		return []doctor.Finding{{Check: "reference.data", Level: doctor.Fail, What: doctor.Text{ZH: "参考数据读不出来：" + err.Error(), EN: "the reference data cannot be read: " + err.Error()}}}
	}
	return []doctor.Finding{published(library.Now().Days, time.Now())}
}

// published looks whether deadlines of now, and of the weeks to come, can be reckoned.
func published(days *deadline.Calendar, now time.Time) doctor.Finding {
	const ahead = 31 * 24 * time.Hour
	for _, at := range []time.Time{now, now.Add(ahead)} {
		at = at.In(deadline.CST)
		if _, known := days.IsWorkday(at); !known {
			year := at.Year()
			return doctor.Finding{
				Check: "reference.calendar", Level: doctor.Warn,
				What: doctor.Text{ZH: fmt.Sprintf("%d 年的工作日历尚未公布，落在其中的期限无法计算", year), EN: fmt.Sprintf("the calendar of %d is not published: deadlines in it cannot be reckoned", year)},
				Do:   doctor.Text{ZH: "国务院公布后执行 import calendar", EN: "import calendar as soon as it is"},
			}
		}
	}
	return doctor.Finding{Check: "reference.calendar", Level: doctor.OK, What: doctor.Text{
		ZH: fmt.Sprintf("%d 年的工作日历已公布", now.In(deadline.CST).Year()), EN: fmt.Sprintf("the calendar of %d is published", now.In(deadline.CST).Year()),
	}}
}

// Checks are what a server looks at before it serves.
type Checks struct {
	Accept []string `help:"Checks of doctor to serve in spite of, where no promise hangs on them: disk.space, disk.inodes, postgres.full_page_writes." placeholder:"CHECK"`
}

// fit refuses to serve where a check fails, and logs what warns.
func (c Checks) fit(ctx context.Context, console *Console, p place) error {
	var failed []string
	for _, f := range p.examine(ctx) {
		accepted := f.Harmless && slices.Contains(c.Accept, f.Check)
		switch {
		case f.Level == doctor.OK:
		case f.Level == doctor.Fail && !accepted:
			fmt.Fprintln(console.Err, said(f))
			failed = append(failed, f.Check)
		default:
			console.Log.LogAttrs(ctx, slog.LevelWarn, "doctor", slog.String("check", f.Check), slog.String("what", f.What.EN), slog.String("do", f.Do.EN))
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("not serving: %s; 'gridcommand doctor' tells what to do", strings.Join(failed, ", "))
	}
	return nil
}
