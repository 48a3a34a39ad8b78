package scenario_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// The places of the stories, by name.
var places = map[string]struct {
	place jurisdiction.Place
	point *orb.Point
}{
	"桂花":  {placeIn("440114002002"), &orb.Point{113.232, 23.402}},
	"紫薇西": {placeIn("440114002004"), &orb.Point{113.221, 23.398}},
	"新华":  {placeIn("440114001001"), &orb.Point{113.207, 23.379}},
	"网格外": {jurisdiction.Place{}, &orb.Point{113.60, 23.40}},
	"未定位": {jurisdiction.Place{}, nil},
}

func placeIn(community string) jurisdiction.Place {
	return jurisdiction.Place{
		Grid: community + "001", GridVersion: "illustrative-1", Community: community, Street: community[:9], District: community[:6],
	}
}

// cast holds who appears: the demonstration's accounts, colleagues of theirs, and the
// program itself.
var cast = map[string]incident.Actor{
	"inspector":  {Unit: "440114002002", Role: jurisdiction.Inspector},
	"community":  {Unit: "440114002002", Role: jurisdiction.CommunityStaff},
	"street":     {Unit: "440114002", Role: jurisdiction.StreetDesk},
	"handler":    {Unit: "440114002-S01", Role: jurisdiction.Handler},
	"bureau":     {Unit: "D01", Role: jurisdiction.Handler},
	"district":   {Unit: "440114", Role: jurisdiction.DistrictDesk},
	"hotline":    {Unit: "440114", Role: jurisdiction.Hotline},
	"supervisor": {Unit: "440114", Role: jurisdiction.Supervisor},
	"screen":     {Unit: "440114", Role: jurisdiction.Screen},
	"admin":      {Unit: "440114", Role: jurisdiction.Admin},

	"inspector2": {Unit: "440114002002", Role: jurisdiction.Inspector},      // 桂花
	"ziwei":      {Unit: "440114002004", Role: jurisdiction.Inspector},      // 紫薇西
	"community2": {Unit: "440114002002", Role: jurisdiction.CommunityStaff}, // 桂花
	"street2":    {Unit: "440114002", Role: jurisdiction.StreetDesk},
	"xinhua":     {Unit: "440114001", Role: jurisdiction.StreetDesk}, // 新华街道
	"office":     {Unit: "440114001-S01", Role: jurisdiction.Handler},
	"garden":     {Unit: "440114002-S02", Role: jurisdiction.Handler},
	"safety":     {Unit: "440114002-S04", Role: jurisdiction.Handler},
	"police":     {Unit: "440114002-B01", Role: jurisdiction.Handler},
	"traffic":    {Unit: "440114002-B02", Role: jurisdiction.Handler},
	"transport":  {Unit: "D03", Role: jurisdiction.Handler},
	"leader":     {Unit: "440114", Role: jurisdiction.DistrictDesk}, // 值班长

	"workflow": incident.Workflow,
}

// inspected holds the communities of the cast's inspectors.
var inspected = []string{"440114002002", "440114002002", "440114002004"}

func actor(who string) (incident.Actor, error) {
	by, known := cast[who]
	if !known {
		return by, fmt.Errorf("nobody is called %q; there are %v", who, slices.Sorted(maps.Keys(cast)))
	}
	if by.Person == "" {
		by.Person = who
	}
	return by, nil
}

// source is the one that a post reports from, where a story does not say.
var source = map[jurisdiction.Role]incident.Source{
	jurisdiction.Inspector: incident.FromInspector, jurisdiction.CommunityStaff: incident.FromInspector,
	jurisdiction.Hotline: incident.FromHotline, jurisdiction.Handler: incident.FromDepartment,
	jurisdiction.StreetDesk: incident.FromLeader, jurisdiction.DistrictDesk: incident.FromLeader,
}

// photos turns names of pictures into what stands for them in the ledger.
func photos(names string) []string {
	if names == "" {
		return nil
	}
	var ids []string
	for name := range strings.SplitSeq(names, ",") {
		ids = append(ids, fmt.Sprintf("%x", sha256.Sum256([]byte(name))))
	}
	return ids
}
