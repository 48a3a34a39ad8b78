package sheets_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"gridcommand/domain/deadline"
	"gridcommand/domain/reference"
	"gridcommand/workflow/sheets"
)

var form = sheets.Form{Name: "tickets", Columns: []string{"id", "text"}, Needs: []string{"id"}, Aliases: map[string][]string{"text": {"内容"}}}

func filled(t *testing.T, change func(*excelize.File) error, cells ...[]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	for i, row := range cells {
		if err := book.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		if err := change(book); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRowsOfAnyOfficesFile(t *testing.T) {
	const text = "内容,id\n路灯不亮,0012\n\"两行\n文字\",A2\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []sheets.Row{
		{Line: 2, Cells: map[string]string{"id": "0012", "text": "路灯不亮"}}, {Line: 3, Cells: map[string]string{"id": "A2", "text": "两行\n文字"}},
	}
	for name, data := range map[string]string{
		"utf-8": text, "with its mark": "\ufeff" + text, "gb 18030": gb, "utf-16": wide, "blank ends": text + ",\n,\n",
		"carriage returns": strings.ReplaceAll(strings.ReplaceAll(text, "两行\n文字", "两行\n文字"), "\n", "\r\n"), "named divider": "sep=;\n" + strings.ReplaceAll(text, ",", ";"),
		"workbook": string(filled(t, nil, []any{"内容", "id"}, []any{"路灯不亮", "0012"}, []any{"两行\n文字", "A2"})),
	} {
		got, err := sheets.ReadRows(form, []byte(data))
		if name == "named divider" {
			for i := range got {
				got[i].Line--
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %s %v", name, diff, err)
		}
	}
}

func TestAFileWithAFaultIsRefusedWhole(t *testing.T) {
	for name, data := range map[string]string{
		"empty": "", "no header": "\n\n", "xls": "\xd0\xcf\x11\xe0rest", "a zip that is none": "PK\x03\x04rest", "NUL": "id,text\n\x00,1\n",
		"an unknown column": "id,words\n1,2\n", "twice": "id,id\n1,2\n", "lacks its id": "text\n1\n", "two of one name": "id,text,内容\n1,2,3\n",
		"cut off": "id,text\n1,a\n2\n", "a quote left open": "id,text\n1,\"a\n", "lost digits": "id,text\n4.40E+17,a\n", "too many cells": "id,text\n1,a,b\n",
		"merged":     string(filled(t, func(f *excelize.File) error { return f.MergeCell("Sheet1", "A1", "B1") }, []any{"id", "text"}, []any{"1", "2"})),
		"a formula":  string(filled(t, func(f *excelize.File) error { return f.SetCellFormula("Sheet1", "A2", "1+1") }, []any{"id", "text"}, []any{"1", "2"})),
		"two sheets": string(filled(t, func(f *excelize.File) error { _, err := f.NewSheet("b"); return err }, []any{"id", "text"}, []any{"1", "2"})),
		"mixed":      "id,text\n1,\xc2\xb7\xb5\xc6\n2,路灯不亮路灯不亮\n",
	} {
		rows, err := sheets.ReadRows(form, []byte(data))
		if faults := (*reference.FaultsError)(nil); !errors.As(err, &faults) {
			t.Errorf("%s is read: %v %v", name, rows, err)
		}
	}
}

func TestMomentsAsCellsHaveThem(t *testing.T) {
	nine := time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)
	for _, text := range []string{"2026-11-23T09:00:00+08:00", "2026-11-23T01:00:00Z", "2026-11-23 09:00", "2026/11/23 9:00", "2026年11月23日 09:00", "46349.375"} {
		if at, ok := sheets.Moment(text); !ok || !at.Equal(nine) {
			t.Errorf("%q is %v, %v", text, at, ok)
		}
	}
	for _, text := range []string{"", "昨天", "2026-02-30 09:00", "2026-11-23", "9", "1e300", "NaN", "2026-11-23 24:00"} {
		if at, ok := sheets.Moment(text); ok {
			t.Errorf("%q is %v", text, at)
		}
	}
}
