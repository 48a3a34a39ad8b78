package api

import (
	"net/http"
	"strings"

	"gridcommand/domain/ticket"
	"gridcommand/workflow/sheets"
)

// prefix is before every path of the API.
const prefix = "/api/v1"

// routes is every URL of the API. Beside them stand the probes at the root, the
// websocket at /live and the pages.
func (s *server) routes() []route {
	return append([]route{
		post(201, "/sessions", "logIn", "Log in", s.logIn, open),
		post(204, "/sessions/current", "logOut", "Log out", s.logOut, via("DELETE")),
		get("/sessions/current", "getSession", "Who am I", s.session),
		post(201, "/live/tickets", "createLiveTicket", "A ticket that opens one websocket", s.ticket),

		post(201, "/incidents", "reportIncident", "Report an incident", s.report, by(reporters), keyed),
		get("/incidents", "listIncidents", "Incidents by filter", s.list, by(readers)),
		getFile[exportQuery, blob]("/incidents/export", "exportIncidents", "Incidents by filter, as a file", s.export, by(readers), gives("text/csv", sheets.XLSX, "application/geo+json")),
		get("/approvals", "listApprovals", "What waits for the word of the caller's desk", s.approvals, by(deskRoles)),
		get("/incidents/{id}", "getIncident", "One incident", s.incident, by(readers), ofIncident),
		get("/incidents/{id}/timeline", "getTimeline", "Every fact of one incident", s.timeline, by(readers), ofIncident),
		get("/incidents/{id}/deadlines", "getDeadlines", "Why it is due then", s.deadlines, by(readers), ofIncident),
		get("/incidents/{id}/routing", "getRouting", "Why it is theirs", s.routing, by(readers), ofIncident),
		get("/incidents/{id}/duplicates", "getDuplicates", "Open incidents that may be the same", s.duplicates, by(readers), ofIncident),
		get("/incidents/{id}/recurrences", "getRecurrences", "Closed incidents that it may be again", s.recurrences, by(readers), ofIncident),
		get("/incidents/{id}/sheets/dispatch", "getDispatchSheet", "The dispatch sheet, to be printed", s.dispatchSheet, by(readers), ofIncident, gives(html)),
		get("/incidents/{id}/sheets/supervision", "getSupervisionSheet", "The supervision sheet, to be printed", s.supervisionSheet, by(readers), ofIncident, gives(html)),

		get("/units", "listUnits", "Units of the district", s.units),
		get("/matters", "listMatters", "Matters and components", s.matters),
		get("/criteria", "listCriteria", "Filing criteria and time limits", s.criteria),
		get("/policy", "getPolicy", "The numbers that are configuration", s.policy),

		get("/reference", "listReference", "Reference data in force, and its editions", s.referenceList, by(consulters)),
		get("/reference/{table}.csv", "exportReferenceCSV", "A table as CSV", s.referenceCSV, by(consulters), of(s.thereTable), gives("text/csv")),
		get("/reference/{table}.xlsx", "exportReferenceXLSX", "A table as a workbook", s.referenceXLSX, by(consulters), of(s.thereTable), gives(sheets.XLSX)),
		get("/reference/{table}", "getReferenceTable", "A table row by row", s.referenceTable, by(consulters), of(s.thereTable)),
		post(200, "/reference/preview", "previewEdition", "What tables would change", s.previewEdition, by(keepers)),
		post(201, "/reference/editions", "enactEdition", "Put tables in the place of those before", s.enactEdition, by(keepers), keyed),
		get("/reference/files", "importReferenceFile", "Bring a CSV or a workbook in", s.importFile, by(keepers), via("POST"), takes("text/csv", sheets.XLSX)),
		get("/rulings", "listRulings", "Who answers by a ruling", s.rulings, by(readsRulings)),
		post(201, "/rulings", "makeRuling", "Settle who answers for a matter in an area", s.makeRuling, by(rulers), keyed),
		post(200, "/rulings/{number}/end", "endRuling", "Let a ruling bind no longer", s.endRuling, by(rulers), of(s.thereRuling), keyed),

		get("/grid/locate", "locate", "The grid that owns a point", s.locate),
		get("/grid/cells/{code}", "getCell", "A grid, community or street as a GeoJSON feature", s.cell),
		get("/tiles/{layer}/{z}/{x}/{y}.mvt", "getTile", "A vector tile", s.tile, by(viewers), gives(mvt)),
		get("/tiles/{layer}.json", "getTileJSON", "What a tile layer holds", s.tileJSON, by(viewers)),

		get("/picture", "getPicture", "Open incidents on the ground, now or then", s.picture, by(viewers)),
		getFile[statisticsQuery, Statistics]("/statistics", "getStatistics", "Indicators by group", s.statistics, by(viewers), gives("text/csv", sheets.XLSX)),
		get("/statistics/indicators", "listIndicators", "What each indicator is made of", s.indicators, by(viewers)),
		get("/statistics/facts", "listStatisticsFacts", "The facts behind one number", s.statisticsFacts, by(readers)),
		getFile[bulletinQuery, Bulletin]("/reports/bulletin", "getBulletin", "What a month was like", s.bulletin, by(auditors), gives(html, sheets.XLSX)),
		getFile[unusualQuery, UnusualActs]("/reports/unusual", "getUnusualActs", "Acts shortly before a clock ran out, and after", s.unusual, by(auditors), gives("text/csv", sheets.XLSX)),
		getFile[suspendedQuery, SuspendedStock]("/reports/suspended", "getSuspendedStock", "What stands still, by age and ground", s.suspended, by(auditors), gives("text/csv", sheets.XLSX)),
		getFile[reopenedQuery, ClosedEarly]("/reports/reopened", "getClosedEarly", "Put right in no time, closed, and back again", s.reopened, by(auditors), gives("text/csv", sheets.XLSX)),
		getFile[reportQuery, OneHand]("/reports/one-hand", "getOneHand", "One person with several parts in an incident", s.oneHand, by(auditors), gives("text/csv", sheets.XLSX)),
		getFile[reportQuery, CallerViews]("/reports/caller-views", "getCallerViews", "Who was shown a caller's name and telephone", s.callerViews, by(auditors), gives("text/csv", sheets.XLSX)),
		get("/returns/matrix", "getReturnsMatrix", "Who returned what, and who did it instead", s.returnsMatrix, by(readers)),

		get("/audit/checkpoint", "getCheckpoint", "The newest signed checkpoint of the ledger", s.auditCheckpoint, by(sealReaders)),
		get("/audit/proof", "getProof", "Proof that a fact is in the ledger as it was signed", s.auditProof, by(sealReaders)),
		get("/audit/consistency", "getConsistency", "Proof that the ledger only grew", s.auditConsistency, by(sealReaders)),

		post(202, "/whatif", "askWhatIf", "Replay history under other rules", s.askWhatIf, by(askers)),
		get("/whatif", "listWhatIfs", "Your questions to history", s.whatIfs, by(askers)),
		get("/whatif/{id}", "getWhatIf", "How far a question is, and its report", s.whatIf, by(askers), of(s.thereWhatIf)),
		post(204, "/whatif/{id}", "cancelWhatIf", "Cancel a question, or forget one that is answered", s.cancelWhatIf, by(askers), of(s.thereWhatIf), via("DELETE")),

		get("/duty/roster", "getRoster", "Who is on duty at a desk", s.roster, by(overseers)),
		post(200, "/duty/roster", "setRoster", "Say who is on duty in a shift", s.setRoster, by(desks), keyed),
		get("/duty/handover", "getHandover", "The change of shifts at hand", s.handover, by(overseers)),
		get("/duty/handovers", "listHandovers", "Changes of shifts that have a sheet", s.handovers, by(overseers)),
		post(201, "/duty/handovers", "prepareHandover", "Write the sheet of a change of shifts", s.prepareHandover, by(desks), keyed),
		post(200, "/duty/handovers/{id}/sign", "signHandover", "Sign a sheet for one side", s.signHandover, by(desks), of(s.thereHandover), keyed),
		get("/duty/queue", "getDutyQueue", "What came in outside a desk's hours and waits", s.dutyQueue, by(overseers)),
		get("/duty/briefing", "getBriefing", "The duty leader's page", s.briefing, by(overseers)),

		post(200, "/patrols/duty", "markDuty", "Go on duty, or off", s.markDuty, by(walkers), keyed),
		get("/patrols/duty", "listPatrols", "Who walks where, and who is on duty", s.patrols, by(watchers)),
		post(200, "/patrols/tracks", "addTrack", "Where you walked while on duty", s.track, by(walkers), keyed),
		get("/patrols/tracks", "getTrack", "Where an inspector walked on a day", s.tracks, by(watchers)),
		get("/patrols/coverage", "getCoverage", "Which grids were walked on a day", s.coverage, by(coverers)),
		get("/tasks/mine", "listTasks", "What you have to go to", s.tasks, by(walkers)),

		post(201, "/campaigns", "launchCampaign", "Have one thing looked at in every grid of an area", s.launchCampaign, by(launchers), keyed),
		get("/campaigns", "listCampaigns", "Campaigns in your area", s.campaigns, by(coverers)),
		get("/campaigns/{id}", "getCampaign", "A campaign with its grids", s.campaign, by(coverers), of(s.thereCampaign)),
		post(200, "/campaigns/{id}/grids/{grid}/visit", "visitCampaignGrid", "Answer for one grid", s.visitGrid, by(watchers), of(s.thereCampaign), keyed),
		post(200, "/campaigns/{id}/end", "endCampaign", "End a campaign before its time", s.endCampaign, by(launchers), of(s.thereCampaign), keyed),

		post(201, "/hotline/tickets", "pushTicket", "Take one version of a ticket from the city", s.pushTicket, by(hotliners), keyed),
		get("/hotline/tickets", "listTickets", "Hotline tickets by filter", s.tickets, by(ticketReaders)),
		get("/hotline/tickets/files", "importTickets", "Bring a CSV or a workbook of tickets in", s.ticketFile, by(hotliners), via("POST"), takes("text/csv", sheets.XLSX)),
		get("/hotline/hotspots", "listHotSpots", "What many callers called about within a day", s.hotspots, by(wholeHotline)),
		get("/hotline/tickets/{id}", "getTicket", "One ticket", s.hotlineTicket, by(ticketReaders), of(s.thereTicket)),
		get("/hotline/tickets/{id}/timeline", "getTicketTimeline", "Every fact of one ticket", s.ticketTimeline, by(ticketReaders), of(s.thereTicket)),
		get("/hotline/tickets/{id}/history", "getTicketHistory", "The caller's other tickets", s.ticketHistory, by(wholeHotline), of(s.thereTicket)),
		get("/hotline/tickets/{id}/contacts", "getTicketContacts", "Calls to the caller, and looks at who it is", s.ticketContacts, by(wholeHotline), of(s.thereTicket)),
		get("/hotline/tickets/{id}/sheet", "getTicketSheet", "The ticket on paper", s.ticketSheet, by(ticketReaders), of(s.thereTicket), gives(html)),
		post(200, "/hotline/tickets/{id}/sign", "signTicket", "Take it on", s.signTicket, by(ticket.MayEver), of(s.thereTicket), keyed),
		post(200, "/hotline/tickets/{id}/contact", "contactTicket", "Log a call to the caller", s.contactTicket, by(ticket.MayEver), of(s.thereTicket), keyed),
		post(200, "/hotline/tickets/{id}/link", "linkTicket", "Make it an incident, or join one", s.linkTicket, by(ticket.MayEver), of(s.thereTicket), keyed),
		post(200, "/hotline/tickets/{id}/reply", "replyTicket", "Answer the caller and the city", s.replyTicket, by(ticket.MayEver), of(s.thereTicket), keyed),
		post(200, "/hotline/tickets/{id}/review", "reviewTicket", "Let a reply out, or send it back", s.reviewTicket, by(ticket.MayEver), of(s.thereTicket), keyed),
		post(200, "/hotline/tickets/{id}/return", "returnTicket", "Ask the city to take it back", s.returnTicket, by(ticket.MayEver), of(s.thereTicket), keyed),
		post(200, "/hotline/tickets/{id}/rule", "ruleTicket", "Record the city's decision", s.ruleTicket, by(ticket.MayEver), of(s.thereTicket), keyed),
		post(200, "/hotline/tickets/{id}/callback", "callbackTicket", "Record what the caller told the city", s.callbackTicket, by(ticket.MayEver), of(s.thereTicket), keyed),
		post(200, "/hotline/tickets/{id}/redo", "redoTicket", "Have it done again, or approve that", s.redoTicket, by(ticket.MayEver), of(s.thereTicket), keyed),
		post(200, "/hotline/tickets/{id}/view-caller", "viewTicketCaller", "Be shown who called", s.viewTicketCaller, by(ticket.MayEver), of(s.thereTicket), keyed),

		get("/phrases", "listPhrases", "Ready sentences", s.phrases, by(readers)),
		post(201, "/phrases", "addPhrase", "Keep a sentence for your unit", s.addPhrase, by(writers)),
		post(204, "/phrases/{id}", "deletePhrase", "Drop a sentence of your unit", s.deletePhrase, by(writers), of(s.therePhrase), via("DELETE")),

		post(201, "/photos", "uploadPhoto", "Upload a photo", s.upload, by(reporting), takes("image/jpeg", "image/png")),
		get("/photos/{id}", "getPhoto", "A photo", s.photo, by(readers), gives("image/jpeg")),

		get("/openapi.json", "getOpenAPI", "This document", s.document, open),
		get("/livez", "getLivez", "Is it alive", s.livez, open),
		get("/readyz", "getReadyz", "Is it ready", s.readyz, open),
		get("/metrics", "getMetrics", "Figures for Prometheus", s.metrics, open, gives(metricsMedia)),
	}, s.commandRoutes()...) // POST /incidents/{id}/commands/…: one for each line of the table in commands.go
}

// site joins the routes, the probes, the websocket and the pages to one handler.
func (s *server) site() (http.Handler, error) {
	routes := s.routes()
	document, err := s.describe(routes)
	if err != nil {
		return nil, err
	}
	s.openapi = document

	mux := http.NewServeMux()
	alike := map[string]alternatives{}
	for _, rt := range routes {
		h := s.metered(rt.method+" "+prefix+rt.path, suffixed(rt.path, s.handler(rt)))
		same := rt.method + " " + prefix + pattern(rt.path)
		if alike[same] == nil {
			alike[same] = alternatives{}
			mux.Handle(same, alike[same])
		}
		alike[same][suffix(rt.path)] = h
		if rt.path == "/livez" || rt.path == "/readyz" || rt.path == "/metrics" {
			mux.Handle(rt.method+" "+rt.path, h)
		}
	}
	if s.Live != nil {
		mux.Handle("GET "+prefix+"/live", s.Live)
	}
	mux.Handle("/api/", s.elsewhere(mux))
	pages, err := newPages(s.UI)
	if err != nil {
		return nil, err
	}
	mux.Handle("/", pages)
	return s.wrap(mux), nil
}

// pattern is a path as the mux has it, where a wildcard is a whole segment: what follows
// the wildcard in the last segment is left to suffixed.
func pattern(path string) string { return strings.TrimSuffix(path, suffix(path)) }

// suffix is what follows a wildcard in the last segment: ".mvt" of "/{x}/{y}.mvt".
func suffix(path string) string {
	last := path[strings.LastIndex(path, "/"):]
	_, after, _ := strings.Cut(last, "}")
	return after
}

// alternatives are handlers of one pattern by what its paths end with; that of the empty
// end takes all others.
type alternatives map[string]http.Handler

func (a alternatives) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for end, h := range a {
		if end != "" && strings.HasSuffix(r.URL.Path, end) || len(a) == 1 {
			h.ServeHTTP(w, r)
			return
		}
	}
	if h := a[""]; h != nil {
		h.ServeHTTP(w, r)
		return
	}
	notFound().write(w, requestID(r.Context()))
}

// suffixed lets through only requests whose path ends as path does.
func suffixed(path string, h http.Handler) http.Handler {
	end := suffix(path)
	if end == "" {
		return h
	}
	name := path[strings.LastIndex(path, "{")+1 : strings.LastIndex(path, "}")]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		value, ok := strings.CutSuffix(r.PathValue(name), end)
		if !ok {
			notFound().write(w, requestID(r.Context()))
			return
		}
		r.SetPathValue(name, value)
		h.ServeHTTP(w, r)
	})
}
