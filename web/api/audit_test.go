package api

import (
	"encoding/base64"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"gridcommand/eventstore/seal"
)

// An auditor gets a checkpoint, and proofs that lead to its root.
func TestAudit(t *testing.T) {
	s := livingSite(t)
	s.get("supervisor", "/audit/checkpoint").refused(404, "nothing_sealed")
	s.get("supervisor", "/audit/proof?position=1").refused(404, "nothing_sealed")
	s.get("supervisor", "/audit/consistency?from=1").refused(404, "nothing_sealed")

	var sizes []int64
	for range 2 {
		s.reported("inspector", nil)
		s.reported("inspector", nil)
		if err := s.sealer.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, int64(s.sealer.Sealed()))
	}
	for _, who := range []string{"supervisor", "admin"} {
		got := s.get(who, "/audit/checkpoint").want(200)
		c, err := seal.ParseCheckpoint([]byte(got.at("checkpoint").(string)))
		if err != nil {
			t.Fatal(err)
		}
		key, err := seal.ParsePublicKey([]byte(got.at("public_key").(string)))
		if err != nil || !c.SignedBy(key) || c.Size != sizes[1] || float64(c.Size) != got.at("size") || c.Root.String() != got.at("root") {
			t.Fatalf("%s: %v, %v", who, err, got)
		}
	}
	hash := func(x any) tlog.Hash {
		raw, err := base64.StdEncoding.DecodeString(x.(string))
		if err != nil {
			t.Fatal(err)
		}
		return tlog.Hash(raw)
	}
	path := func(x any) (all []tlog.Hash) {
		for _, h := range x.([]any) {
			all = append(all, hash(h))
		}
		return all
	}
	page, err := s.ledger.Page(t.Context(), 0, int(sizes[1]))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range page {
		got := s.get("supervisor", fmt.Sprintf("/audit/proof?position=%d", r.Position)).want(200)
		if leaf := seal.Intl.Leaf(seal.Encoding(nil, r)); leaf.String() != got.at("leaf") {
			t.Fatalf("leaf of position %d", r.Position)
		}
		if err := tlog.CheckRecord(path(got.at("path")), sizes[1], hash(got.at("root")), int64(r.Position)-1, hash(got.at("leaf"))); err != nil {
			t.Fatalf("position %d: %v", r.Position, err)
		}
	}
	old := s.get("supervisor", fmt.Sprintf("/audit/proof?position=1&size=%d", sizes[0])).want(200)
	if err := tlog.CheckRecord(path(old.at("path")), sizes[0], hash(old.at("root")), 0, hash(old.at("leaf"))); err != nil {
		t.Fatal(err)
	}
	grew := s.get("admin", fmt.Sprintf("/audit/consistency?from=%d", sizes[0])).want(200)
	if grew.at("from_root") != old.at("root") {
		t.Error("the older root is another one")
	}
	if err := tlog.CheckTree(path(grew.at("path")), sizes[1], hash(grew.at("to_root")), sizes[0], hash(grew.at("from_root"))); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.ParseCheckpoint([]byte(grew.at("checkpoint").(string))); err != nil {
		t.Fatal(err)
	}

	for query, parameter := range map[string]string{
		"proof": "position", "proof?position=": "position", "proof?position=0": "position", "proof?position=-1": "position",
		"proof?position=x": "position", "proof?position=1.5": "position", "proof?position=99999999999999999999": "position",
		fmt.Sprintf("proof?position=%d", sizes[1]+1):                   "position",
		fmt.Sprintf("proof?position=%d&size=%d", sizes[1], sizes[0]):   "position",
		"proof?position=1&size=0":                                      "size",
		"proof?position=1&size=999999":                                 "size",
		"consistency":                                                  "from",
		"consistency?from=0":                                           "from",
		"consistency?from=-3":                                          "from",
		"consistency?from=1&to=0":                                      "to",
		fmt.Sprintf("consistency?from=1&to=%d", sizes[1]+1):            "to",
		fmt.Sprintf("consistency?from=%d&to=%d", sizes[1], sizes[1]-1): "from",
	} {
		s.get("supervisor", "/audit/"+query).refused(422, "invalid").pointsAt(parameter)
	}
}
