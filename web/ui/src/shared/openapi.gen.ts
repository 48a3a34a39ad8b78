/* Made by npm run gen from the OpenAPI document. Do not edit. */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ActingPerson: {
            name: string;
            person: string;
            role: string;
            unit: string;
        };
        AgeCount: {
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            from_days: number;
            /**
             * Format: int64
             * @description exclusive; null: no end
             */
            to_days: number | null;
        };
        Appeal: {
            /** Format: date-time */
            at: string;
            desk: string;
            grounds: components["schemas"]["Ground"][];
            name: string;
            reason: string;
            state: string;
            unit: string;
        };
        Approval: {
            /** Format: date-time */
            at: string;
            clause: string;
            code: string;
            desk: string;
            /** Format: date-time */
            due: string | null;
            grounds: components["schemas"]["Ground"][];
            incident: components["schemas"]["Incident"];
            kind: string;
            name: string;
            reason: string;
            rung: components["schemas"]["Rung"];
            /** Format: int64 */
            rungs: number;
            unit: string;
            /** Format: date-time */
            until: string | null;
        };
        ApprovalList: {
            /** Format: date-time */
            at: string;
            desk: string;
            /** @description what is due first comes first */
            items: components["schemas"]["Approval"][];
            /** Format: int64 */
            position: number;
        };
        AssignCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            /** @description account */
            person?: string;
            photos?: string[];
            reason?: string;
            team?: string;
        };
        Assignee: {
            person: string;
            team: string;
        };
        AttachCommand: {
            /** Format: int64 */
            expected_version?: number;
            note?: string;
            photos: string[];
        };
        Briefing: {
            /** Format: date-time */
            as_of: string;
            calls_refused: components["schemas"]["BriefingPart"];
            desk: components["schemas"]["DeskRef"];
            /**
             * Format: date-time
             * @description of the last night, or of this one
             */
            night_from: string;
            /** Format: date-time */
            night_to: string;
            /** Format: int64 */
            open: number;
            /** @description urgent, reported in the night */
            overnight_urgent: components["schemas"]["BriefingPart"];
            /** Format: int64 */
            position: number;
            /** @description that came back after closing */
            repeated: components["schemas"]["BriefingPart"];
            returned_twice: components["schemas"]["BriefingPart"];
            supervised_unanswered: components["schemas"]["BriefingPart"];
            /** @description within three days */
            suspensions_expiring: components["schemas"]["BriefingPart"];
            /** @description that fall due before midnight */
            turning_red: components["schemas"]["BriefingPart"];
            /**
             * Format: int64
             * @description came in outside the desk's hours and waits
             */
            waiting: number;
        };
        BriefingLine: {
            address: string;
            description: string;
            /**
             * Format: date-time
             * @description of the clock that runs out first
             */
            due: string | null;
            /** @description the unit's name */
            holder: string;
            id: string;
            lamp: components["schemas"]["Lamp"];
            /** @description its name */
            matter: string;
            number: string;
            /**
             * Format: int64
             * @description which time it is, where it came back; else 0
             */
            recurrences: number;
            /** Format: date-time */
            reported_at: string;
            /** Format: int64 */
            returns: number;
            severity: components["schemas"]["Severity"];
            stage: components["schemas"]["Stage"] | null;
            /**
             * Format: date-time
             * @description of a suspension
             */
            until: string | null;
        };
        BriefingPart: {
            /** @description 40 at most */
            items: components["schemas"]["BriefingLine"][];
            /** Format: int64 */
            total: number;
        };
        Bulletin: {
            area: components["schemas"]["Named"];
            /**
             * Format: date-time
             * @description of the last fact
             */
            at: string;
            /** Format: date-time */
            from: string;
            hotline: components["schemas"]["BulletinLine"][];
            matters: components["schemas"]["BulletinTable"];
            month: string;
            notes: components["schemas"]["BulletinNote"][];
            overview: components["schemas"]["BulletinLine"][];
            /** Format: int64 */
            position: number;
            /** @description the month is not over */
            provisional: boolean;
            /** @description the units that are stations of a community */
            stations: components["schemas"]["BulletinTable"];
            streets: components["schemas"]["BulletinTable"];
            suspended: components["schemas"]["BulletinStock"];
            ticket_types: components["schemas"]["KeyCount"][];
            title: string;
            /**
             * Format: date-time
             * @description exclusive
             */
            to: string;
            units: components["schemas"]["BulletinTable"];
        };
        BulletinColumn: {
            code: string;
            formula: string;
            /** @enum {string} */
            kind: "share" | "count" | "number";
            name: string;
            name_en: string;
        };
        BulletinFigure: {
            /** Format: int64 */
            d: number | null;
            /** Format: int64 */
            n: number | null;
            /**
             * Format: double
             * @description null: not applicable
             */
            value: number | null;
        };
        BulletinLine: {
            code: string;
            exempted: components["schemas"]["BulletinFigure"];
            fact: components["schemas"]["BulletinFigure"];
            formula: string;
            /** @enum {string} */
            kind: "share" | "count" | "number";
            month_ago: components["schemas"]["BulletinFigure"];
            /** Format: double */
            month_change: number | null;
            name: string;
            name_en: string;
            year_ago: components["schemas"]["BulletinFigure"];
            /**
             * Format: double
             * @description of a share in points of one, of a count as a share of then; null: there is nothing to compare
             */
            year_change: number | null;
        };
        BulletinNote: {
            name: string;
            text: string;
        };
        BulletinRow: {
            cells: components["schemas"]["BulletinFigure"][];
            grade: string | null;
            key: string;
            name: string;
            /**
             * Format: int64
             * @description equal ones share a rank; null: nothing to rank by
             */
            rank: number | null;
            /** Format: double */
            score: number | null;
        };
        BulletinStock: {
            /** @description likewise */
            by_age: components["schemas"]["AgeCount"][];
            /** @description as of the last fact, not of the month's end */
            by_ground: components["schemas"]["KeyCount"][];
            by_unit: components["schemas"]["BulletinRow"][];
            /** Format: int64 */
            count: number;
            /**
             * Format: double
             * @description on average; null: none does
             */
            days: number | null;
        };
        BulletinTable: {
            columns: components["schemas"]["BulletinColumn"][];
            rows: components["schemas"]["BulletinRow"][];
        };
        Call: {
            answered: string;
            /** Format: date-time */
            answered_at: string | null;
            /** Format: date-time */
            due: string | null;
            lapsed: boolean;
            late: boolean;
            /** Format: int64 */
            n: number;
            name: string;
            reason: string;
            task: string;
            unit: string;
        };
        CallCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
            task: string;
            unit: string;
            /** @description e.g. 30 urgent_minutes; the policy's unless said */
            within?: string;
        };
        CallerHistory: {
            items: components["schemas"]["CallerTicket"][];
            /** Format: int64 */
            position: number;
        };
        CallerLook: {
            /** Format: date-time */
            at: string;
            /** @description account */
            by: string;
            reason: string;
        };
        CallerTicket: {
            /** @description null: not said, or not for you */
            caller: components["schemas"]["TicketCaller"] | null;
            /**
             * Format: date-time
             * @description when it first came here
             */
            came_at: string;
            /**
             * Format: int64
             * @description the newest version that the city sent
             */
            city_version: number;
            community: string;
            /** @description its newest version came with two contents */
            conflict: boolean;
            /** Format: date-time */
            contacted_at: string | null;
            description: string;
            due: components["schemas"]["TicketDue"];
            external_id: string;
            id: string;
            incident: components["schemas"]["TicketIncident"] | null;
            /** @description green, yellow or red: the worst of its clocks */
            lamp: components["schemas"]["Lamp"];
            location: components["schemas"]["TicketPlace"] | null;
            matter: components["schemas"]["Matter"] | null;
            /** @description the city's */
            number: string;
            overdue: components["schemas"]["TicketOverdue"];
            /** @description very_satisfied, satisfied, basic, not_satisfied, not_reached; empty: not called back */
            rating: string;
            /**
             * Format: date-time
             * @description the city's clock runs from then
             */
            received_at: string;
            /** @description about the same: matter and place within 200 m, or incident */
            repeat: boolean;
            /** @description null: no repeat complaint, or not for you */
            repeat_of: components["schemas"]["TicketRepeat"] | null;
            /** Format: date-time */
            replied_at: string | null;
            /**
             * Format: date-time
             * @description when the reply went out
             */
            reported_at: string | null;
            /** @description resolved, explained, planned, not_possible, unreasonable; empty: not answered */
            resolution: string;
            /**
             * Format: int64
             * @description 2: it is done again
             */
            round: number;
            /** Format: date-time */
            signed_at: string | null;
            source: string;
            stage: components["schemas"]["TicketStage"];
            street: string;
            type: components["schemas"]["TicketType"];
        };
        CallerView: {
            /** Format: date-time */
            at: string;
            by: components["schemas"]["ActingPerson"];
            confidential: boolean;
            id: string;
            kind: string;
            number: string;
            /** Format: int64 */
            position: number;
            reason: string;
            street: string;
            street_name: string;
        };
        CallerViews: {
            /**
             * Format: date-time
             * @description of the last fact
             */
            at: string;
            /** Format: date-time */
            from: string;
            items: components["schemas"]["CallerView"][];
            /** @description how often who, the most first */
            people: components["schemas"]["KeyCount"][];
            /**
             * Format: int64
             * @description up to which the facts are told
             */
            position: number;
            /**
             * Format: date-time
             * @description exclusive
             */
            to: string;
            /** Format: int64 */
            total: number;
        };
        Campaign: {
            area: string[];
            /** @description that launched it */
            desk: components["schemas"]["DeskRef"];
            /**
             * Format: date-time
             * @description null: not ended by hand
             */
            ended_at: string | null;
            /** Format: date-time */
            from: string;
            id: string;
            /** Format: date-time */
            launched_at: string;
            look_at: string;
            matter: components["schemas"]["Matter"] | null;
            /** @description of what the caller sees of it */
            progress: components["schemas"]["CampaignProgress"];
            status: components["schemas"]["CampaignStatus"];
            title: string;
            /** Format: date-time */
            until: string;
        };
        CampaignDetail: {
            area: string[];
            /** @description that launched it */
            desk: components["schemas"]["DeskRef"];
            end_reason: string;
            /**
             * Format: date-time
             * @description null: not ended by hand
             */
            ended_at: string | null;
            /** Format: date-time */
            from: string;
            grids: components["schemas"]["CampaignGrid"][];
            id: string;
            /** Format: date-time */
            launched_at: string;
            look_at: string;
            matter: components["schemas"]["Matter"] | null;
            /** @description the caller may end it now */
            may_end: boolean;
            /** Format: int64 */
            position: number;
            /** @description of what the caller sees of it */
            progress: components["schemas"]["CampaignProgress"];
            status: components["schemas"]["CampaignStatus"];
            streets: components["schemas"]["CampaignProgress"][];
            title: string;
            /** @description by community */
            units: components["schemas"]["CampaignProgress"][];
            /** Format: date-time */
            until: string;
            /** Format: int64 */
            version: number;
        };
        CampaignEnd: {
            reason?: string;
        };
        CampaignGrid: {
            /** Format: date-time */
            at: string | null;
            /** @description account; empty: not done */
            by: string;
            community: string;
            done: boolean;
            grid: string;
            /** @description reported there; none: nothing was found */
            incidents: string[];
            name: string;
            note: string;
            photos: string[];
            street: string;
        };
        CampaignList: {
            items: components["schemas"]["Campaign"][];
            /** Format: int64 */
            position: number;
        };
        CampaignProgress: {
            /** Format: int64 */
            done: number;
            /**
             * Format: int64
             * @description incidents reported
             */
            found: number;
            /** Format: int64 */
            grids: number;
            name: string;
            unit: string;
        };
        /** @enum {string} */
        CampaignStatus: "planned" | "running" | "ended";
        CampaignVisit: {
            /** @description reported there; none: nothing was found */
            incidents?: string[];
            note?: string;
            photos?: string[];
        };
        Candidate: {
            name?: string;
            prefix?: string;
            reason: string;
            /** Format: int64 */
            row?: number;
            ruling?: string;
            tier: components["schemas"]["Tier"];
            unit: string;
        };
        CatalogueCriterion: {
            closing_condition: string;
            filing_condition: string;
            id: string;
            /** Format: int64 */
            limit: number;
            limit_unit: components["schemas"]["LimitUnit"];
            matter: components["schemas"]["Matter"];
        };
        CatalogueMatter: {
            /** @description it may be filed: its duty, limit and flow are settled */
            activated: boolean;
            class: string;
            code: string;
            /** @enum {string} */
            kind: "matter" | "component";
            name: string;
            scheme: string;
        };
        /** @enum {string} */
        Clock: "stage" | "total";
        CloseCommand: {
            closing_condition_met: boolean;
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
        };
        ClosedEarly: {
            /**
             * Format: date-time
             * @description of the last fact
             */
            at: string;
            /** Format: int64 */
            days: number;
            /** Format: date-time */
            from: string;
            items: components["schemas"]["ClosedEarlyItem"][];
            /** Format: int64 */
            minutes: number;
            /**
             * Format: int64
             * @description up to which the facts are told
             */
            position: number;
            /**
             * Format: int64
             * @description percent
             */
            share: number;
            /**
             * Format: date-time
             * @description exclusive
             */
            to: string;
            /** Format: int64 */
            total: number;
        };
        /** @enum {string} */
        ClosedEarlyBack: "reopened" | "spot_check" | "recurrence" | "repeat_complaint";
        ClosedEarlyItem: {
            /** Format: date-time */
            at: string;
            back: components["schemas"]["ClosedEarlyBack"];
            /** Format: date-time */
            closed_at: string;
            community: string;
            community_name: string;
            confidential: boolean;
            /** Format: date-time */
            due: string | null;
            /** Format: date-time */
            given_at: string;
            /** Format: date-time */
            handled_at: string;
            handled_by: components["schemas"]["ActingPerson"];
            /** Format: int64 */
            hours_after: number;
            id: string;
            /** Format: int64 */
            limit_minutes: number;
            matter: components["schemas"]["Matter"] | null;
            number: string;
            other: components["schemas"]["Link"] | null;
            /** Format: int64 */
            position: number;
            reason: string;
            severity: components["schemas"]["Severity"];
            /** Format: double */
            share: number | null;
            status: components["schemas"]["Status"];
            street: string;
            street_name: string;
            unit: components["schemas"]["Named"];
            /** Format: int64 */
            used_minutes: number;
        };
        CommandAnswer: {
            /** @description view-caller only */
            caller?: components["schemas"]["KnownCaller"];
            incident: components["schemas"]["Incident"];
            /**
             * Format: int64
             * @description of the last fact that the command added
             */
            position: number;
        };
        CommentCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
            text: string;
        };
        ConcludeCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            /** @description units by code, or with their tasks */
            helpers?: (string | components["schemas"]["HelperWanted"])[];
            lead: string;
            note?: string;
            photos?: string[];
            /** @description binds later routing */
            ruling?: components["schemas"]["NewRuling"];
        };
        ContactLog: {
            /**
             * Format: date-time
             * @description until when the caller is to be called first
             */
            due: string | null;
            /** @description in the order in which they were written down */
            items: components["schemas"]["TicketContact"][];
            looks: components["schemas"]["CallerLook"][];
            overdue: boolean;
            /** Format: int64 */
            position: number;
        };
        CoordinateCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
            question: string;
            units: string[];
        };
        Coordination: {
            desk: string;
            /** Format: date-time */
            opened_at: string;
            question: string;
            units: components["schemas"]["Named"][];
        };
        CorrectCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            /** @enum {string} */
            field: "location" | "matter" | "description" | "severity" | "concerns";
            note?: string;
            photos?: string[];
            reason: string;
            /** @description a place, a matter or a text, as the field has it */
            value: components["schemas"]["Place"] | components["schemas"]["CorrectedMatter"] | string;
        };
        CorrectedMatter: {
            code: string;
            criterion?: string;
            /** @enum {string} */
            kind: "matter" | "component";
            name?: string;
            scheme: string;
        };
        CountedPeriod: {
            /** @description in the district, on which it begins */
            day: string;
            /** Format: date-time */
            from: string;
            /**
             * Format: int64
             * @description index into limits; -1: the time that was set from outside
             */
            limit: number;
            /** Format: date-time */
            to: string;
        };
        Coverage: {
            /** Format: date-time */
            at: string;
            day: string;
            /** @description every grid of the area, walked or not */
            items: components["schemas"]["GridCoverage"][];
            /** Format: int64 */
            position: number;
            total: components["schemas"]["CoverageSum"];
            /** @description streets of the district, communities of a street */
            units: components["schemas"]["CoverageSum"][];
        };
        CoverageSum: {
            /**
             * Format: int64
             * @description grids that somebody walked: the numerator
             */
            covered: number;
            /**
             * Format: int64
             * @description the denominator
             */
            grids: number;
            /** Format: int64 */
            minutes: number;
            name: string;
            /**
             * Format: double
             * @description per cent; null: there are no grids
             */
            rate: number | null;
            unit: string;
            /** Format: int64 */
            visits: number;
        };
        Credentials: {
            password: string;
            username: string;
        };
        CriterionList: {
            items: components["schemas"]["CatalogueCriterion"][];
            /** Format: int64 */
            position: number;
            /** @description of the catalogue */
            version: string;
        };
        CurrentSession: {
            user: components["schemas"]["User"];
        };
        DeadlineExplained: {
            /** @description version */
            calendar?: string;
            /** Format: date-time */
            due: string | null;
            /** Format: date-time */
            from: string;
            /** @description set from outside, not reckoned */
            given?: boolean;
            /** @description version of the policy and catalogue that the limits are from */
            limit_version?: string;
            limits: components["schemas"]["TimeLimit"][];
            /**
             * Format: int64
             * @description the year whose calendar is not published, where due is null
             */
            missing?: number;
            pauses?: components["schemas"]["Pause"][];
            periods: components["schemas"]["CountedPeriod"][];
            /** @description all of this in one Chinese sentence */
            sentence: string;
            /**
             * Format: int64
             * @description of the periods
             */
            sum_seconds: number;
            /** Format: date-time */
            warn?: string;
        };
        Deadlines: {
            /** @description until when to sign for it; null: nobody has to */
            accept: components["schemas"]["DeadlineExplained"] | null;
            /** Format: date-time */
            at: string;
            /**
             * Format: int64
             * @description of the incident's last fact
             */
            position: number;
            /** @description until when the holder may return it; null: it may not, or always */
            return: components["schemas"]["DeadlineExplained"] | null;
            /** @description null: not open */
            stage: components["schemas"]["DeadlineExplained"] | null;
            /** @description then the deadlines hold if it resumes as planned */
            suspended: boolean;
            /** @description null: not filed, or not open */
            total: components["schemas"]["DeadlineExplained"] | null;
        };
        DeskHours: {
            spans: components["schemas"]["HourSpan"][];
            /** @description as the table of shifts has it */
            text: string;
            /** @description on working days only */
            workdays: boolean;
        };
        DeskRef: {
            code: string;
            name: string;
            tier: components["schemas"]["Tier"];
        };
        DueExplained: {
            accept?: components["schemas"]["DeadlineExplained"];
            arrive?: components["schemas"]["DeadlineExplained"];
            review?: components["schemas"]["DeadlineExplained"];
            stage?: components["schemas"]["DeadlineExplained"];
            total?: components["schemas"]["DeadlineExplained"];
        };
        Duplicates: {
            /** Format: date-time */
            at: string;
            /** @description the nearest first */
            items: components["schemas"]["Neighbour"][];
            /** Format: int64 */
            position: number;
        };
        DutyHandover: {
            desk: components["schemas"]["DeskRef"];
            /** @description of the sheet: what a signature stands under */
            digest: string;
            id: string;
            incoming: components["schemas"]["RosterTurn"];
            /** Format: date-time */
            moment: string;
            outgoing: components["schemas"]["RosterTurn"];
            /** Format: date-time */
            prepared_at: string | null;
            prepared_by: string;
            /** @description as it was prepared; null: not yet */
            sheet: components["schemas"]["HandoverSheet"] | null;
            /** @description null: unsigned */
            signed_incoming: components["schemas"]["Signature"] | null;
            /** @description null: unsigned */
            signed_outgoing: components["schemas"]["Signature"] | null;
            /** @enum {string} */
            status: "none" | "prepared" | "half_signed" | "signed";
        };
        DutyMark: {
            /**
             * Format: date-time
             * @description by the phone, where it had no network; now unless said
             */
            at?: string;
            on: boolean;
        };
        DutyQueue: {
            /** @description the desk is attended now */
            attended: boolean;
            desk: components["schemas"]["DeskRef"];
            hours: components["schemas"]["DeskHours"];
            /** @description urgent first, then as they came; 500 at most */
            items: components["schemas"]["WaitingIncident"][];
            /** Format: int64 */
            position: number;
            /** Format: int64 */
            total: number;
        };
        DutyRow: {
            enforcer: string;
            /** @enum {string} */
            list: "own" | "assisting" | "withdrawn";
            maintainer_or_owner: string;
            /** @description the prefix it covers */
            matter: string;
            /** Format: int64 */
            number: number;
            regulator: string;
            unit: string;
        };
        Edition: {
            /** @description the document it rests on */
            basis?: string;
            /**
             * Format: date-time
             * @description from when it counts; default: at once; never in the past
             */
            effective?: string;
            note?: string;
            tables: components["schemas"]["GivenTable"][];
            /** @description default: made of the day */
            version?: string;
        };
        EditionChanges: {
            /** @description none: the tables are as they were, and nothing was enacted */
            changes: components["schemas"]["RowChange"][];
            /**
             * Format: date-time
             * @description null: nothing changes
             */
            effective: string | null;
            /** Format: int64 */
            position: number;
            version: string;
        };
        /** @enum {string} */
        EscalateCode: "beyond_power" | "needs_enforcement" | "cross_area" | "funds" | "not_ours";
        EscalateCommand: {
            code?: components["schemas"]["EscalateCode"];
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
            reason: string;
        };
        Exchanges: {
            a: string;
            /** Format: int64 */
            a_to_b: number;
            b: string;
            /** Format: int64 */
            b_to_a: number;
            /** Format: int64 */
            count: number;
            matter: string;
            /** Format: int64 */
            year: number;
        };
        External: {
            id: string;
            system: string;
        };
        ExternalNumber: {
            id: string;
            system: string;
        };
        FieldError: {
            code?: string;
            detail: string;
            /** @description name of a query parameter or header */
            parameter?: string;
            /** @description JSON pointer into the body */
            pointer?: string;
        };
        FigureName: {
            code: string;
            name: string;
            name_en: string;
        };
        FileCommand: {
            criterion: string | null;
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            matter: components["schemas"]["MatterKey"];
            note?: string;
            photos?: string[];
            severity?: components["schemas"]["Severity"];
        };
        /** @enum {string} */
        Flag: "unplaced" | "outside_grid" | "relocated" | "no_criterion" | "no_matter" | "calendar_not_published" | "imported" | "simulated" | "sent_later" | "pinned" | "place_in_doubt" | "confidential" | "closed_before_reported" | "not_found" | "reopened" | "handed_over" | "supervised" | "call_refused" | "absorbing" | "recurrence" | "same_photo" | "false_handling" | "drawn" | "conflict" | "exempted" | "helper_unfinished";
        GivenTable: {
            /** @description with a header, as GET /reference/{table}.csv gives it */
            csv?: string;
            /** @description units, responsibility, fallback, default_tiers, matters, criteria, scheme_mapping, limits, policy, calendar or evaluation */
            name: string;
            /** @description in place of csv: each row by column */
            rows?: {
                [key: string]: string;
            }[];
        };
        GradeFrom: {
            /** Format: int64 */
            from: number;
            grade: string;
        };
        GridCoverage: {
            community: string;
            /**
             * Format: date-time
             * @description null: nobody came
             */
            first: string | null;
            grid: string;
            /** Format: date-time */
            last: string | null;
            /** Format: int64 */
            minutes: number;
            name: string;
            street: string;
            /** Format: int64 */
            visits: number;
        };
        GridVisit: {
            /** Format: date-time */
            from: string;
            grid: string;
            /** Format: int64 */
            minutes: number;
            /** Format: date-time */
            to: string;
        };
        /** @enum {string} */
        Ground: "timeout" | "return" | "rework";
        GroundFeature: {
            geometry: unknown;
            id?: unknown;
            properties: unknown;
            /** @enum {string} */
            type: "Feature";
        };
        HandOverCommand: {
            /** @description 110, 119, 120, 122 or an authority's name */
            agency: string;
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
            receipt: string;
            /** @description what remains to be done: it becomes a linked incident */
            rest?: string;
        };
        HandedOver: {
            agency: string;
            receipt: string;
        };
        HandleCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
            result: string;
        };
        HandledInstead: {
            /** Format: int64 */
            count: number;
            name: string;
            unit: string;
        };
        HandoverAnswer: {
            handover: components["schemas"]["DutyHandover"];
            /** Format: int64 */
            position: number;
        };
        HandoverCounts: {
            /** Format: int64 */
            open: number;
            /** Format: int64 */
            overdue: number;
            /** Format: int64 */
            pending: number;
            /** Format: int64 */
            suspended: number;
            /** Format: int64 */
            turning_red: number;
            /** Format: int64 */
            urgent: number;
            /** Format: int64 */
            waiting: number;
        };
        HandoverLine: {
            /** Format: date-time */
            due: string | null;
            holder: string;
            id: string;
            matter: string;
            number: string;
            stage: components["schemas"]["Stage"];
            /** Format: date-time */
            until?: string;
        };
        HandoverList: {
            items: components["schemas"]["DutyHandover"][];
            /** Format: int64 */
            position: number;
        };
        HandoverNow: {
            /** @description what the facts say now */
            draft: components["schemas"]["HandoverSheet"];
            handover: components["schemas"]["DutyHandover"];
            /** Format: int64 */
            position: number;
        };
        HandoverSheet: {
            /** Format: date-time */
            as_of: string;
            counts: components["schemas"]["HandoverCounts"];
            notes?: string;
            pending: components["schemas"]["HandoverLine"][];
            /** Format: int64 */
            position: number;
            suspended: components["schemas"]["HandoverLine"][];
            turning_red: components["schemas"]["HandoverLine"][];
            urgent: components["schemas"]["HandoverLine"][];
        };
        /** @enum {string} */
        HandoverSide: "outgoing" | "incoming";
        Health: {
            /**
             * Format: int64
             * @description the ledger's head
             */
            position: number;
            /** @enum {string} */
            status: "ok";
        };
        Helper: {
            done: boolean;
            /** Format: date-time */
            due: string | null;
            late: boolean;
            name: string;
            result: string;
            task: string;
            unit: string;
        };
        HelperWanted: {
            /** @description e.g. 4 working_hours; the lead's deadline unless said */
            limit?: string;
            task?: string;
            unit: string;
        };
        Holder: {
            name: string;
            unit: string;
        };
        HotSpot: {
            /**
             * Format: int64
             * @description different ones
             */
            callers: number;
            /** Format: date-time */
            first: string;
            /** @description that they share; null: a matter at a place */
            incident: components["schemas"]["TicketIncident"] | null;
            /** Format: date-time */
            last: string;
            location: components["schemas"]["TicketPlace"] | null;
            matter: components["schemas"]["Matter"] | null;
            /** @description ids, the oldest first */
            tickets: string[];
        };
        HotSpots: {
            /** Format: date-time */
            as_of: string;
            /** @description the most callers first */
            items: components["schemas"]["HotSpot"][];
            /** Format: int64 */
            position: number;
        };
        HourSpan: {
            /** @description 08:30 */
            from: string;
            to: string;
        };
        Incident: {
            absorbed: components["schemas"]["Link"][];
            /** Format: date-time */
            accept_due: string | null;
            accepted: boolean;
            allowed?: string[];
            appeal: components["schemas"]["Appeal"] | null;
            assignee: components["schemas"]["Assignee"] | null;
            bound: boolean;
            calls: components["schemas"]["Call"][];
            /** Format: date-time */
            captured_at: string | null;
            /** Format: date-time */
            closed_at: string | null;
            community: string;
            concerns: components["schemas"]["Named"] | null;
            coordination: components["schemas"]["Coordination"] | null;
            criterion: components["schemas"]["IncidentCriterion"] | null;
            criterion_urgent: boolean;
            description: string;
            difficult: boolean;
            due: components["schemas"]["IncidentDue"];
            exemptions: components["schemas"]["Ground"][];
            /** Format: int64 */
            extensions: number;
            external: components["schemas"]["External"] | null;
            /** Format: date-time */
            filed_at: string | null;
            first_receiver: components["schemas"]["Named"] | null;
            flags: components["schemas"]["Flag"][];
            grid: components["schemas"]["IncidentGrid"] | null;
            handed_over: components["schemas"]["HandedOver"] | null;
            /** Format: date-time */
            handled_at: string | null;
            handled_on_the_spot: boolean;
            helpers: components["schemas"]["Helper"][];
            holder: components["schemas"]["Holder"] | null;
            id: string;
            intake_desk: string;
            lamp: components["schemas"]["Lamp"];
            late: components["schemas"]["Lateness"][];
            location: components["schemas"]["Location"];
            matter: components["schemas"]["Matter"] | null;
            merged_into: components["schemas"]["Link"] | null;
            number: string;
            /** Format: date-time */
            occurred_at: string;
            overdue: boolean;
            parent: string | null;
            photos: string[];
            photos_after: string[];
            /** Format: int64 */
            position: number;
            ratings: components["schemas"]["Rating"][];
            recurrence: components["schemas"]["Recurrence"] | null;
            /** Format: date-time */
            reported_at: string;
            reporter: components["schemas"]["Reporter"] | null;
            requests: components["schemas"]["Requests"];
            rest: string | null;
            result?: string;
            /** Format: date-time */
            return_by: string | null;
            /** Format: int64 */
            returns: number;
            /** Format: int64 */
            reworks: number;
            routing: components["schemas"]["IncidentRouting"];
            safeguard: components["schemas"]["Safeguard"] | null;
            severity: components["schemas"]["Severity"];
            source: components["schemas"]["Source"];
            spot_checks: components["schemas"]["SpotCheck"][];
            stage: components["schemas"]["Stage"] | null;
            status: components["schemas"]["Status"];
            street: string;
            supervisions: components["schemas"]["Supervision"][];
            suspended: boolean;
            suspension: components["schemas"]["Suspension"] | null;
            /** Format: int64 */
            suspensions: number;
            tasked: components["schemas"]["Tasked"] | null;
            tier: components["schemas"]["Tier"];
            /** Format: int64 */
            transfers: number;
            /** Format: date-time */
            updated_at: string;
            /** Format: int64 */
            urges: number;
            /** Format: int64 */
            version: number;
        };
        IncidentCriterion: {
            closing_condition: string;
            filing_condition: string;
            id: string;
            /** Format: int64 */
            limit: number;
            limit_unit: string;
        };
        IncidentDue: {
            /** Format: date-time */
            stage: string | null;
            /** Format: date-time */
            total: string | null;
        };
        IncidentGrid: {
            code: string;
            version: string;
        };
        IncidentList: {
            /**
             * Format: date-time
             * @description of the last fact in it
             */
            at: string;
            items: components["schemas"]["Incident"][];
            /** @description null: this was the last page */
            next_cursor: string | null;
            /**
             * Format: int64
             * @description up to which the list is told
             */
            position: number;
            /**
             * Format: int64
             * @description of the whole list
             */
            total: number;
            /**
             * @description present where the list is longer than total
             * @enum {string}
             */
            total_is?: "at_least";
        };
        IncidentRouting: {
            candidates: components["schemas"]["Candidate"][];
            policy_version: string;
            reason: string;
        };
        Indicator: {
            /** @description field of a row of statistics, with dots where it lies deeper */
            code: string;
            /** @description none: it is no share of facts */
            denominator: components["schemas"]["IndicatorTerm"][];
            /** @description the run that it judges: a field of durations; empty: none */
            duration: string;
            /** @description whose unit and person it counts for */
            falls_on: string;
            falls_on_en: string;
            formula: string;
            formula_en: string;
            kind: components["schemas"]["IndicatorKind"];
            name: string;
            name_en: string;
            numerator: components["schemas"]["IndicatorTerm"][];
            /** @description which way is better */
            sense: components["schemas"]["IndicatorSense"];
            /** @enum {string} */
            source: "published" | "practice" | "decided";
            /**
             * Format: int64
             * @description in the score
             */
            weight: number;
        };
        /** @enum {string} */
        IndicatorKind: "share" | "count" | "duration" | "per";
        /** @enum {string} */
        IndicatorSense: "more" | "less" | "none";
        IndicatorTerm: {
            figure: string;
            /** Format: int64 */
            sign: number;
        };
        Indicators: {
            figures: components["schemas"]["FigureName"][];
            /** @description the best first */
            grades: components["schemas"]["GradeFrom"][];
            items: components["schemas"]["Indicator"][];
            /** Format: int64 */
            position: number;
        };
        InspectorDuty: {
            day: string;
            /**
             * Format: int64
             * @description kept of the day
             */
            fixes: number;
            /**
             * Format: int64
             * @description walked on the day
             */
            grids: number;
            on: boolean;
            /** Format: int64 */
            position: number;
            /**
             * Format: date-time
             * @description null: off duty
             */
            since: string | null;
        };
        KeyCount: {
            /** Format: int64 */
            count: number;
            key: string;
            name: string;
        };
        KnownCaller: {
            name: string;
            phone: string;
        };
        /** @enum {string} */
        Lamp: "green" | "yellow" | "red" | "grey";
        Lateness: {
            clock: components["schemas"]["Clock"];
            /** Format: date-time */
            due: string;
            name: string;
            stage: components["schemas"]["Stage"];
            unit: string;
        };
        /** @enum {string} */
        LimitUnit: "urgent_minutes" | "urgent_hours" | "urgent_days" | "working_hours" | "working_days" | "natural_days";
        Link: {
            id: string;
            number: string;
        };
        /** @enum {string} */
        ListMark: "unplaced" | "outside_grid" | "relocated" | "no_criterion" | "no_matter" | "calendar_not_published" | "imported" | "simulated" | "sent_later" | "pinned" | "place_in_doubt" | "confidential" | "closed_before_reported" | "not_found" | "reopened" | "handed_over" | "supervised" | "call_refused" | "absorbing" | "recurrence" | "same_photo" | "false_handling" | "drawn" | "conflict" | "exempted" | "helper_unfinished" | "suspended" | "difficult" | "requested" | "unsigned" | "appealed" | "called";
        LiveTicket: {
            /** @description one use, 30 seconds */
            ticket: string;
        };
        Located: {
            community: string;
            district: string;
            grid: components["schemas"]["IncidentGrid"];
            /** Format: double */
            lat: number;
            /**
             * Format: double
             * @description in WGS-84
             */
            lng: number;
            /** @description of the grid */
            name: string;
            street: string;
        };
        Location: {
            /** Format: double */
            accuracy_m?: number;
            address: string;
            crs: string;
            given_crs: string;
            /** Format: double */
            lat: number | null;
            /** Format: double */
            lng: number | null;
        };
        Matter: {
            code: string;
            kind: string;
            name: string;
            scheme: string;
        };
        MatterKey: {
            code: string;
            /** @enum {string} */
            kind: "matter" | "component";
            name?: string;
            scheme: string;
        };
        MatterList: {
            items: components["schemas"]["CatalogueMatter"][];
            /** Format: int64 */
            position: number;
            /** @description of the catalogue */
            version: string;
        };
        MergeCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            /**
             * Format: uuid
             * @description id of the other incident
             */
            into: string;
            note?: string;
            photos?: string[];
            reason?: string;
        };
        Named: {
            name: string;
            unit: string;
        };
        Neighbour: {
            absorbed: components["schemas"]["Link"][];
            /** Format: date-time */
            accept_due: string | null;
            accepted: boolean;
            allowed?: string[];
            appeal: components["schemas"]["Appeal"] | null;
            assignee: components["schemas"]["Assignee"] | null;
            bound: boolean;
            calls: components["schemas"]["Call"][];
            /** Format: date-time */
            captured_at: string | null;
            /** Format: date-time */
            closed_at: string | null;
            community: string;
            concerns: components["schemas"]["Named"] | null;
            coordination: components["schemas"]["Coordination"] | null;
            criterion: components["schemas"]["IncidentCriterion"] | null;
            criterion_urgent: boolean;
            description: string;
            difficult: boolean;
            due: components["schemas"]["IncidentDue"];
            exemptions: components["schemas"]["Ground"][];
            /** Format: int64 */
            extensions: number;
            external: components["schemas"]["External"] | null;
            /** Format: date-time */
            filed_at: string | null;
            first_receiver: components["schemas"]["Named"] | null;
            flags: components["schemas"]["Flag"][];
            grid: components["schemas"]["IncidentGrid"] | null;
            handed_over: components["schemas"]["HandedOver"] | null;
            /** Format: date-time */
            handled_at: string | null;
            handled_on_the_spot: boolean;
            helpers: components["schemas"]["Helper"][];
            holder: components["schemas"]["Holder"] | null;
            id: string;
            intake_desk: string;
            lamp: components["schemas"]["Lamp"];
            late: components["schemas"]["Lateness"][];
            location: components["schemas"]["Location"];
            matter: components["schemas"]["Matter"] | null;
            merged_into: components["schemas"]["Link"] | null;
            /**
             * Format: double
             * @description how far away
             */
            meters: number;
            number: string;
            /** Format: date-time */
            occurred_at: string;
            overdue: boolean;
            parent: string | null;
            photos: string[];
            photos_after: string[];
            /** Format: int64 */
            position: number;
            ratings: components["schemas"]["Rating"][];
            recurrence: components["schemas"]["Recurrence"] | null;
            /** Format: date-time */
            reported_at: string;
            reporter: components["schemas"]["Reporter"] | null;
            requests: components["schemas"]["Requests"];
            rest: string | null;
            result?: string;
            /** Format: date-time */
            return_by: string | null;
            /** Format: int64 */
            returns: number;
            /** Format: int64 */
            reworks: number;
            routing: components["schemas"]["IncidentRouting"];
            safeguard: components["schemas"]["Safeguard"] | null;
            severity: components["schemas"]["Severity"];
            source: components["schemas"]["Source"];
            spot_checks: components["schemas"]["SpotCheck"][];
            stage: components["schemas"]["Stage"] | null;
            status: components["schemas"]["Status"];
            street: string;
            supervisions: components["schemas"]["Supervision"][];
            suspended: boolean;
            suspension: components["schemas"]["Suspension"] | null;
            /** Format: int64 */
            suspensions: number;
            tasked: components["schemas"]["Tasked"] | null;
            tier: components["schemas"]["Tier"];
            /** Format: int64 */
            transfers: number;
            /** Format: date-time */
            updated_at: string;
            /** Format: int64 */
            urges: number;
            /** Format: int64 */
            version: number;
        };
        NewCampaign: {
            area: string[];
            /**
             * Format: date-time
             * @description now unless said
             */
            from?: string;
            look_at: string;
            matter?: components["schemas"]["MatterKey"];
            title: string;
            /** Format: date-time */
            until: string;
        };
        NewHandover: {
            /** @description your own unless said */
            desk?: string;
            /**
             * Format: date-time
             * @description of the change; the one at hand unless said
             */
            moment?: string;
            /** @description what the facts do not say */
            notes?: string;
        };
        NewPhoto: {
            /** @description SHA-256 of the re-encoded file */
            id: string;
        };
        NewPhrase: {
            /** @enum {string} */
            kind: "return" | "escalate" | "extension" | "suspension" | "rework" | "decline" | "refute" | "appeal" | "result" | "reply" | "urge" | "supervise" | "reply_city" | "contact";
            matter?: components["schemas"]["MatterKey"];
            text: string;
        };
        NewReport: {
            /**
             * Format: date-time
             * @description by the device's clock; not judged
             */
            captured_at?: string;
            /** @description unit that it, or its staff, is about; it is kept from them */
            concerns?: string;
            criterion?: string;
            description: string;
            external?: components["schemas"]["ExternalNumber"];
            handled_on_the_spot?: boolean;
            location: components["schemas"]["Place"];
            matter?: components["schemas"]["MatterKey"];
            /** Format: date-time */
            occurred_at?: string;
            photos?: string[];
            /** @description with handled_on_the_spot: photos are those before */
            photos_after?: string[];
            reporter?: components["schemas"]["ReportingCitizen"];
            severity?: components["schemas"]["Severity"];
            /** @description one that the caller's role may give */
            source: components["schemas"]["Source"];
        };
        NewRoster: {
            day: string;
            /** @description your own unless said */
            desk?: string;
            note?: string;
            people: components["schemas"]["RosterMember"][];
            shift: components["schemas"]["Shift"];
        };
        NewRuling: {
            area: string;
            authority?: string;
            /** Format: date-time */
            expires?: string;
            matter: components["schemas"]["MatterKey"];
            /** @description of the paper; made from the incident's unless given */
            number?: string;
            unit: string;
        };
        NewSession: {
            /**
             * Format: date-time
             * @description unless it is used before
             */
            expires: string;
            /** @description for Authorization: Bearer */
            token: string;
            user: components["schemas"]["User"];
        };
        NewSignature: {
            /** @description of the sheet that was read; refused if it has changed */
            digest?: string;
            side: components["schemas"]["HandoverSide"];
        };
        OneHand: {
            /**
             * Format: int64
             * @description how many of them dispatched, checked and closed
             */
            all_three: number;
            /**
             * Format: date-time
             * @description of the last fact
             */
            at: string;
            /** Format: date-time */
            from: string;
            items: components["schemas"]["OneHandItem"][];
            /**
             * Format: int64
             * @description up to which the facts are told
             */
            position: number;
            /**
             * Format: date-time
             * @description exclusive
             */
            to: string;
            /** Format: int64 */
            total: number;
        };
        OneHandItem: {
            all_three: boolean;
            /** Format: date-time */
            at: string;
            by: components["schemas"]["ActingPerson"];
            community: string;
            community_name: string;
            confidential: boolean;
            id: string;
            matter: components["schemas"]["Matter"] | null;
            number: string;
            parts: components["schemas"]["OneHandPart"][];
            /** Format: int64 */
            position: number;
            severity: components["schemas"]["Severity"];
            status: components["schemas"]["Status"];
            street: string;
            street_name: string;
            unit: components["schemas"]["Named"];
        };
        /** @enum {string} */
        OneHandPart: "dispatch" | "handle" | "check" | "close";
        PatrolDay: {
            /** Format: int64 */
            fixes: number;
            /** Format: int64 */
            grids: number;
            inspector: string;
            /**
             * Format: date-time
             * @description of the last fix; null: none
             */
            last_at: string | null;
            /** Format: int64 */
            minutes: number;
            /** @description on duty now */
            on: boolean;
            stints: components["schemas"]["PatrolStint"][];
            unit: string;
            unit_name: string;
        };
        PatrolList: {
            day: string;
            items: components["schemas"]["PatrolDay"][];
            /** Format: int64 */
            on_duty: number;
            /** Format: int64 */
            position: number;
        };
        PatrolStint: {
            /** Format: date-time */
            from: string;
            /**
             * Format: date-time
             * @description null: not over; it ends with the day
             */
            to: string | null;
        };
        Pause: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
        };
        Phrase: {
            /** @description null: the district's, which nobody deletes here */
            id: string | null;
            kind: string;
            /** @description scheme/kind/code; null: for any */
            matter: string | null;
            /** @description in it may stand {community}, {street}, {unit}, {other}, {date} */
            text: string;
        };
        PhraseList: {
            items: components["schemas"]["Phrase"][];
            /** Format: int64 */
            position: number;
        };
        Picture: {
            /** Format: date-time */
            at: string;
            features: components["schemas"]["PictureFeature"][];
            /** Format: int64 */
            position: number;
            /** @enum {string} */
            type: "FeatureCollection";
        };
        PictureFeature: {
            geometry: components["schemas"]["PictureGeometry"] | null;
            id: string;
            properties: components["schemas"]["PictureProperties"];
            type: string;
        };
        PictureGeometry: {
            coordinates: number[];
            type: string;
        };
        PictureProperties: {
            community: string;
            flags: components["schemas"]["Flag"][];
            lamp: components["schemas"]["Lamp"];
            matter: components["schemas"]["Matter"] | null;
            number: string;
            stage: components["schemas"]["Stage"] | null;
            street: string;
            tier: components["schemas"]["Tier"];
        };
        Place: {
            /** Format: double */
            accuracy_m?: number;
            address?: string;
            /** @enum {string} */
            crs: "wgs84" | "gcj02" | "bd09" | "cgcs2000";
            /** Format: double */
            lat: number;
            /** Format: double */
            lng: number;
            /** @description set by hand on a map */
            pinned?: boolean;
        };
        PlainCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
        };
        PolicyNow: {
            accept_limit: components["schemas"]["TwoLimits"];
            /** Format: date-time */
            at: string;
            auto_file_photo: boolean;
            call_limit: components["schemas"]["TwoLimits"];
            /**
             * Format: int64
             * @description returns and transfers
             */
            difficult_after: number;
            /**
             * Format: int64
             * @description of what is settled on the spot
             */
            draw_percent: number;
            /** Format: double */
            duplicate_meters: number;
            /** Format: int64 */
            duplicate_within_seconds: number;
            extension_ladder: components["schemas"]["Rung"][];
            /** Format: double */
            fresh_meters: number;
            /** Format: int64 */
            fresh_within_seconds: number;
            /** @description where the ticket type is unknown */
            hotline_total: string;
            /** Format: int64 */
            hotspot_callers: number;
            /** Format: double */
            hotspot_meters: number;
            /** Format: int64 */
            hotspot_within_seconds: number;
            /** Format: int64 */
            max_extensions: number;
            /** Format: double */
            recurrence_meters: number;
            /** Format: int64 */
            recurrence_within_seconds: number;
            /** Format: int64 */
            reopen_window_seconds: number;
            /**
             * Format: int64
             * @description the same caller on the same thing; as near as a hot spot
             */
            repeat_within_seconds: number;
            /** @enum {string} */
            return_review: "off" | "desk" | "duty_leader";
            /** @description silence until then refuses */
            return_review_limit: components["schemas"]["TwoLimits"];
            /** @description how long after dispatch a unit may return it */
            return_window: components["schemas"]["TwoLimits"];
            /** @enum {string} */
            rework: "restart" | "continue";
            /** @enum {string} */
            separation_of_duties: "off" | "warn" | "enforce";
            /** @description handling has none: the criterion's limit counts */
            stage_limits: components["schemas"]["StageLimit"][];
            suspension_ladder: components["schemas"]["Rung"][];
            /** Format: int64 */
            suspension_max_seconds: number;
            /** @description of the city's clock, where the city says no deadline */
            ticket_limits: components["schemas"]["TicketLimit"][];
            /** Format: int64 */
            unmerge_window_seconds: number;
            version: string;
            /** Format: int64 */
            warn_percent: number;
        };
        /** @enum {string} */
        Post: "intake" | "dispatch" | "closing" | "duty_leader" | "clerk";
        Problem: {
            /** @description stable, snake_case */
            code: string;
            /** @description one English sentence */
            detail: string;
            /** @description the same sentence in Chinese, where a rule said no */
            detail_zh?: string;
            /** @description what is wrong where; may be empty */
            errors: components["schemas"]["FieldError"][];
            /**
             * Format: int64
             * @description with 409: the version the incident is at
             */
            have_version?: number;
            /** @description with 503 of readyz: what is not ready */
            reasons?: string[];
            request_id?: string;
            /** Format: int64 */
            status: number;
            /** @description what this status means */
            title: string;
            /** @description urn:gridcommand:problem: and the code */
            type: string;
        };
        RateCommand: {
            /** @description who rated: the callback, the reporter */
            by: string;
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
            /** Format: int64 */
            score: number;
        };
        Rating: {
            /** Format: date-time */
            at: string;
            rater: string;
            /** Format: int64 */
            score: number;
        };
        Ratio: {
            /** Format: int64 */
            d: number;
            /** Format: int64 */
            n: number;
            /** Format: double */
            rate: number | null;
        };
        ReasonCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
            reason: string;
        };
        Recurrence: {
            /** Format: date-time */
            closed_at: string;
            /** Format: int64 */
            count: number;
            number: string;
            of: string;
        };
        Recurrences: {
            /** Format: date-time */
            at: string;
            /**
             * Format: int64
             * @description which time this is, as far as the caller may see; 1: the first
             */
            count: number;
            /** @description the last one closed first */
            items: components["schemas"]["Neighbour"][];
            /** Format: int64 */
            position: number;
        };
        ReferenceEdition: {
            basis: string;
            by: string;
            /** Format: date-time */
            effective: string;
            /** Format: date-time */
            enacted_at: string;
            /** @description its effective time has come */
            in_force: boolean;
            note: string;
            /** Format: int64 */
            position: number;
            tables: string[];
            version: string;
        };
        ReferenceList: {
            /** @description the last enacted first */
            editions: components["schemas"]["ReferenceEdition"][];
            items: components["schemas"]["ReferenceTable"][];
            /** Format: int64 */
            position: number;
        };
        ReferenceTable: {
            columns: string[];
            /**
             * Format: date-time
             * @description since when; null: from the start
             */
            effective: string | null;
            name: string;
            /** Format: int64 */
            rows: number;
            /** @description of the edition that it is of */
            version: string;
        };
        ReplyCommand: {
            answer: string;
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
        };
        Reporter: {
            confidential: boolean;
            name: string;
            phone: string;
        };
        ReportingCitizen: {
            confidential?: boolean;
            name?: string;
            phone?: string;
        };
        Request: {
            /** Format: date-time */
            at: string;
            clause?: string;
            code?: string;
            name: string;
            reason: string;
            /** Format: date-time */
            review_due?: string;
            /** Format: int64 */
            rungs: number;
            unit: string;
            /** Format: date-time */
            until?: string;
        };
        Requests: {
            extension: components["schemas"]["Request"] | null;
            return: components["schemas"]["Request"] | null;
            suspension: components["schemas"]["Request"] | null;
        };
        ReserveClock: {
            /** @description the reserve, from the internal limit to the city's; null: there was no time for one */
            counted: components["schemas"]["DeadlineExplained"] | null;
            /** Format: date-time */
            due: string | null;
            /** @description what it ends before the city's, e.g. 1 working_days */
            reserve: string;
            sentence: string;
        };
        /** @enum {string} */
        ReturnCode: "misdispatched" | "not_our_duty" | "wrong_place" | "owner_elsewhere" | "duplicate" | "needs_support";
        ReturnCommand: {
            /** @description the rule by which it is another's */
            clause?: string;
            code?: components["schemas"]["ReturnCode"];
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
            reason: string;
        };
        ReturnsMatrix: {
            /** Format: date-time */
            at: string;
            /** Format: date-time */
            from: string;
            /** @description the most returns first */
            items: components["schemas"]["ReturnsRow"][];
            /** Format: int64 */
            position: number;
            /**
             * Format: date-time
             * @description exclusive
             */
            to: string;
        };
        ReturnsRow: {
            /** Format: int64 */
            dispatched: number;
            handled: components["schemas"]["HandledInstead"][];
            matter: components["schemas"]["Matter"] | null;
            name: string;
            return_rate: components["schemas"]["Ratio"];
            /** Format: int64 */
            returns: number;
            ruling: components["schemas"]["RulingSuggested"] | null;
            unit: string;
        };
        /** @enum {string} */
        Role: "inspector" | "community" | "handler" | "street" | "district" | "hotline" | "supervisor" | "screen" | "admin";
        RosterAnswer: {
            /** Format: int64 */
            position: number;
            turn: components["schemas"]["RosterTurn"];
        };
        RosterList: {
            /** @description the shift that is on now */
            current: components["schemas"]["RosterTurn"];
            desk: components["schemas"]["DeskRef"];
            hours: components["schemas"]["DeskHours"];
            items: components["schemas"]["RosterTurn"][];
            /** Format: int64 */
            position: number;
        };
        RosterMember: {
            name: string;
            /** @description account; none: has none */
            person?: string;
            post: components["schemas"]["Post"];
        };
        RosterTurn: {
            day: string;
            /** Format: date-time */
            from: string;
            /** @description the duty leader; null: no roster yet */
            leader: components["schemas"]["RosterMember"] | null;
            note: string;
            people: components["schemas"]["RosterMember"][];
            /** Format: date-time */
            set_at: string | null;
            /** @description account; empty: no roster yet */
            set_by: string;
            shift: components["schemas"]["Shift"];
            /** Format: date-time */
            to: string;
        };
        RoutingDecision: {
            /** Format: date-time */
            at: string;
            name: string;
            policy_version: string;
            /**
             * Format: int64
             * @description of the fact
             */
            position: number;
            /** @description one Chinese sentence */
            reason: string;
            /** @description line of the responsibility list; null: none */
            row: components["schemas"]["DutyRow"] | null;
            /** @description null: none */
            ruling: components["schemas"]["RulingText"] | null;
            /** @description of the fact, e.g. incident.dispatched */
            type: string;
            unit: string;
        };
        RoutingExplained: {
            /** Format: date-time */
            at: string;
            /** @description who could take it now from the desk in charge, best first */
            candidates: components["schemas"]["Candidate"][];
            /** @description in charge; empty: not open */
            desk: string;
            /** @description the decisions before, oldest first */
            earlier: components["schemas"]["RoutingDecision"][];
            /** @description of this matter, this year, between the unit that has it and another; null: there is no other */
            exchanges: components["schemas"]["Exchanges"] | null;
            name: string;
            policy_version: string;
            /**
             * Format: int64
             * @description of the fact
             */
            position: number;
            /** @description one Chinese sentence */
            reason: string;
            /** @description line of the responsibility list; null: none */
            row: components["schemas"]["DutyRow"] | null;
            /** @description null: none */
            ruling: components["schemas"]["RulingText"] | null;
            /** @description of the fact, e.g. incident.dispatched */
            type: string;
            unit: string;
        };
        RowChange: {
            after?: {
                [key: string]: string;
            };
            before?: {
                [key: string]: string;
            };
            /** @description what tells the row apart */
            key: string;
            /** @enum {string} */
            kind: "added" | "removed" | "changed";
            table: string;
        };
        Ruling: {
            area: string;
            authority: string;
            basis: string;
            /** Format: date-time */
            effective: string;
            /**
             * Format: date-time
             * @description the first moment at which it no longer binds; null: it does not expire
             */
            expires: string | null;
            in_force: boolean;
            /** @description whose coordination concluded with it */
            incident?: string;
            matter: components["schemas"]["Matter"];
            number: string;
            /** @description code, or a template: B01 is the B01 of every street */
            unit: string;
            unit_name?: string;
        };
        RulingAnswer: {
            /** Format: int64 */
            position: number;
            ruling: components["schemas"]["Ruling"];
        };
        RulingEnd: {
            /**
             * Format: date-time
             * @description default: at once; never in the past
             */
            ends?: string;
            reason: string;
        };
        RulingList: {
            /** @description the last made first */
            items: components["schemas"]["Ruling"][];
            /** Format: int64 */
            position: number;
        };
        RulingSuggested: {
            area: string;
            /** Format: int64 */
            count: number;
            matter: components["schemas"]["Matter"];
            name: string;
            /** Format: int64 */
            of: number;
            unit: string;
        };
        RulingText: {
            area: string;
            authority: string;
            /**
             * Format: date-time
             * @description null: from ever
             */
            effective: string | null;
            /**
             * Format: date-time
             * @description null: never
             */
            expires: string | null;
            matter: components["schemas"]["Matter"];
            number: string;
            unit: string;
        };
        RulingToMake: {
            /** @description 6, 9 or 12 digits */
            area: string;
            authority: string;
            basis?: string;
            /**
             * Format: date-time
             * @description default: at once; never in the past
             */
            effective?: string;
            /** Format: date-time */
            expires?: string;
            matter: components["schemas"]["MatterKey"];
            /** @description default: the next free one of the year */
            number?: string;
            unit: string;
        };
        /** @enum {string} */
        Rung: "desk" | "district" | "duty_leader" | "";
        Safeguard: {
            name: string;
            unit: string;
            why: string;
        };
        SealCheckpoint: {
            /**
             * Format: date-time
             * @description when it was signed, wall time; not part of what is signed
             */
            at: string;
            /** @description C2SP signed note: origin, size, root, signature; keep it outside */
            checkpoint: string;
            /** @description public key as C2SP writes it: name+number+base64 */
            key: string;
            /** @description whose ledger, and its epoch */
            origin: string;
            /**
             * Format: int64
             * @description the ledger's head
             */
            position: number;
            /** @description the same as PEM, for openssl */
            public_key: string;
            /** @description base64 */
            root: string;
            /**
             * Format: int64
             * @description facts it covers: positions 1 to size
             */
            size: number;
            /** @enum {string} */
            suite: "intl" | "sm";
        };
        SealConsistency: {
            /** @description the signed note over to; null: none was signed just then */
            checkpoint: string | null;
            /** Format: int64 */
            from: number;
            /** @description base64; compare it with the checkpoint you kept */
            from_root: string;
            /** @description base64: the consistency proof of RFC 6962; empty where from equals to */
            path: string[];
            /** @enum {string} */
            suite: "intl" | "sm";
            /** Format: int64 */
            to: number;
            /** @description base64 */
            to_root: string;
        };
        SealProof: {
            /** @description the signed note over size and root */
            checkpoint: string;
            /**
             * Format: int64
             * @description of the leaf, counted from 0: position - 1
             */
            index: number;
            /** @description base64: hash of the fact's encoding */
            leaf: string;
            /** @description base64: siblings from the leaf up to the root, as RFC 6962 has it */
            path: string[];
            /** Format: int64 */
            position: number;
            /** @description base64 */
            root: string;
            /** Format: int64 */
            size: number;
            /** @enum {string} */
            suite: "intl" | "sm";
        };
        /** @enum {string} */
        Severity: "normal" | "urgent" | "major";
        /** @enum {string} */
        Shift: "day" | "night";
        Signature: {
            /** Format: date-time */
            at: string;
            /** @description as the roster has it, else the account */
            name: string;
            person: string;
        };
        /** @enum {string} */
        Source: "inspector" | "hotline" | "citizen" | "sensor" | "video" | "department" | "leader" | "media" | "campaign" | "emergency";
        SpotCheck: {
            /** Format: date-time */
            at: string;
            genuine: boolean;
            reason: string;
        };
        SpotCheckCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            /** @description false: nothing was put right */
            genuine: boolean;
            note?: string;
            photos?: string[];
            reason?: string;
        };
        /** @enum {string} */
        Stage: "verifying" | "intake" | "dispatching" | "handling" | "coordinating" | "checking" | "closing";
        StageLimit: {
            /** @description e.g. 4 working_hours; empty: none */
            normal: string;
            stage: components["schemas"]["Stage"];
            /** @description empty: as normal */
            urgent: string;
        };
        Statistics: {
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: date-time */
            from: string;
            ground: string;
            items: components["schemas"]["StatisticsRow"][];
            /** Format: int64 */
            position: number;
            reading: string;
            /**
             * Format: date-time
             * @description exclusive
             */
            to: string;
            /** @description of all groups together */
            total: components["schemas"]["StatisticsRow"];
        };
        StatisticsDuration: {
            /** Format: int64 */
            median_min: number | null;
            /** Format: int64 */
            n: number;
            /** Format: int64 */
            p90_min: number | null;
        };
        StatisticsDurations: {
            checking: components["schemas"]["StatisticsDuration"];
            closing: components["schemas"]["StatisticsDuration"];
            coordinating: components["schemas"]["StatisticsDuration"];
            dispatching: components["schemas"]["StatisticsDuration"];
            handling: components["schemas"]["StatisticsDuration"];
            intake: components["schemas"]["StatisticsDuration"];
            signing: components["schemas"]["StatisticsDuration"];
            ticket: components["schemas"]["StatisticsDuration"];
            ticket_contact: components["schemas"]["StatisticsDuration"];
            total: components["schemas"]["StatisticsDuration"];
            verifying: components["schemas"]["StatisticsDuration"];
        };
        StatisticsExempt: {
            /** Format: date-time */
            at: string;
            desk: string;
            desk_name: string;
            grounds: components["schemas"]["Ground"][];
            person: string;
            /** Format: int64 */
            position: number;
            /** @description of the appeal */
            reason: string;
        };
        StatisticsFact: {
            /** Format: date-time */
            at: string;
            /** @description that it counts on: late work counts on the day of the deadline */
            day: string;
            /** @description part=exempt: the upheld appeal, which is the fact itself */
            exemption?: components["schemas"]["StatisticsExempt"];
            figure: string;
            /** @description of the incident or ticket; of a patrol its inspector and day */
            id: string;
            kind: components["schemas"]["StatisticsSubject"];
            /**
             * Format: int64
             * @description length of the run that it judges; null: it judges none
             */
            minutes: number | null;
            number: string;
            /** @description account that it falls on; empty: nobody's */
            person: string;
            /** Format: int64 */
            position: number;
            /**
             * Format: int64
             * @description what it adds to the number: 1 or -1
             */
            sign: number;
            /** @description stored name of the fact */
            type: string;
            /** @description that it falls on */
            unit: string;
            unit_name: string;
        };
        StatisticsFacts: {
            /**
             * Format: int64
             * @description of the first of all, by the ledger; 0: there is none
             */
            from_position: number;
            /** @description in the order of the days they count on, those of one day in the order of the ledger */
            items: components["schemas"]["StatisticsFact"][];
            next_cursor: string;
            /** Format: int64 */
            position: number;
            /**
             * Format: int64
             * @description what their signs add up to: the number itself
             */
            sum: number;
            /**
             * Format: int64
             * @description of the last of all
             */
            to_position: number;
            /**
             * Format: int64
             * @description facts in all pages
             */
            total: number;
        };
        StatisticsRow: {
            accurate_dispatch: components["schemas"]["Ratio"];
            accurate_filing: components["schemas"]["Ratio"];
            checked_on_time: components["schemas"]["Ratio"];
            /** Format: int64 */
            closed: number;
            closed_on_time: components["schemas"]["Ratio"];
            closed_rate: components["schemas"]["Ratio"];
            /** Format: int64 */
            coordinated: number;
            /** Format: int64 */
            declined: number;
            /** Format: int64 */
            dispatched: number;
            dispatched_on_time: components["schemas"]["Ratio"];
            durations: components["schemas"]["StatisticsDurations"];
            /** Format: int64 */
            escalated: number;
            exempted: components["schemas"]["StatisticsRow"] | null;
            extension: components["schemas"]["Ratio"];
            /** Format: int64 */
            extensions: number;
            false_handling: components["schemas"]["Ratio"];
            /** Format: int64 */
            filed: number;
            filed_on_time: components["schemas"]["Ratio"];
            found_by_ourselves: components["schemas"]["Ratio"];
            grade: string | null;
            /** Format: int64 */
            handed_over: number;
            /** Format: int64 */
            handled: number;
            handled_on_time: components["schemas"]["Ratio"];
            handled_rate: components["schemas"]["Ratio"];
            key: string;
            /** Format: int64 */
            merged: number;
            month_ago: components["schemas"]["StatisticsRow"] | null;
            name: string;
            /** Format: int64 */
            overdue: number;
            overdue_unhandled: components["schemas"]["Ratio"];
            patrol_coverage: components["schemas"]["Ratio"];
            /** Format: double */
            per_10k: number | null;
            /** Format: double */
            per_grid: number | null;
            recurrence: components["schemas"]["Ratio"];
            /** Format: int64 */
            recurrences: number;
            /** Format: int64 */
            reopened: number;
            repeat_complaints: components["schemas"]["Ratio"];
            /** Format: int64 */
            reported: number;
            return_rate: components["schemas"]["Ratio"];
            /** Format: int64 */
            returns: number;
            returns_by_code: {
                [key: string]: number;
            };
            rework: components["schemas"]["Ratio"];
            /** Format: int64 */
            reworks: number;
            satisfaction: components["schemas"]["Ratio"];
            /** Format: double */
            score: number | null;
            signed_on_time: components["schemas"]["Ratio"];
            /** Format: int64 */
            suspended: number;
            /** Format: double */
            suspended_days: number | null;
            /** Format: int64 */
            suspensions: number;
            ticket_contact_on_time: components["schemas"]["Ratio"];
            ticket_internal_on_time: components["schemas"]["Ratio"];
            ticket_on_time: components["schemas"]["Ratio"];
            ticket_resolved: components["schemas"]["Ratio"];
            ticket_response: components["schemas"]["Ratio"];
            ticket_returns: components["schemas"]["Ratio"];
            ticket_satisfied: components["schemas"]["Ratio"];
            /** Format: int64 */
            tickets: number;
            tickets_by_type: {
                [key: string]: number;
            };
            /** Format: int64 */
            to_be_checked: number;
            /** Format: int64 */
            to_be_closed: number;
            /** Format: int64 */
            to_be_dispatched: number;
            /** Format: int64 */
            to_be_handled: number;
            /** Format: int64 */
            to_be_verified: number;
            /** Format: int64 */
            unmerged: number;
            valid_reports: components["schemas"]["Ratio"];
            verified_on_time: components["schemas"]["Ratio"];
            /** Format: int64 */
            voided: number;
            year_ago: components["schemas"]["StatisticsRow"] | null;
        };
        /** @enum {string} */
        StatisticsSubject: "incident" | "ticket" | "patrol";
        /** @enum {string} */
        Status: "open" | "closed" | "declined" | "voided" | "merged";
        SuperviseCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
            question: string;
            /** Format: date-time */
            reply_by: string;
        };
        Supervision: {
            answer: string;
            by_unit: string;
            lapsed: boolean;
            late: boolean;
            /** Format: int64 */
            n: number;
            question: string;
            /** Format: date-time */
            replied_at: string | null;
            /** Format: date-time */
            reply_by: string;
        };
        /** @enum {string} */
        SuspendCode: "litigation" | "planned" | "assessment" | "transfer" | "season" | "expropriation" | "criminal_case" | "permit" | "";
        SuspendedItem: {
            /** Format: int64 */
            age_days: number;
            approved_by: components["schemas"]["ActingPerson"][];
            /** Format: date-time */
            asked_at: string | null;
            asked_by: components["schemas"]["ActingPerson"];
            code: components["schemas"]["SuspendCode"];
            community: string;
            community_name: string;
            confidential: boolean;
            id: string;
            matter: components["schemas"]["Matter"] | null;
            /** Format: date-time */
            next_review: string;
            number: string;
            reason: string;
            severity: components["schemas"]["Severity"];
            /** Format: date-time */
            since: string;
            status: components["schemas"]["Status"];
            street: string;
            street_name: string;
            unit: components["schemas"]["Named"];
            /** Format: date-time */
            until: string;
        };
        SuspendedStock: {
            /**
             * Format: date-time
             * @description of the last fact
             */
            at: string;
            by_age: components["schemas"]["AgeCount"][];
            by_ground: components["schemas"]["KeyCount"][];
            by_unit: components["schemas"]["KeyCount"][];
            /** Format: date-time */
            from: string;
            items: components["schemas"]["SuspendedItem"][];
            /**
             * Format: int64
             * @description up to which the facts are told
             */
            position: number;
            /**
             * Format: int64
             * @description days
             */
            review: number;
            /**
             * Format: date-time
             * @description exclusive
             */
            to: string;
            /** Format: int64 */
            total: number;
        };
        Suspension: {
            code: components["schemas"]["SuspendCode"];
            /** Format: date-time */
            from: string;
            reason: string;
            /** Format: date-time */
            until: string;
        };
        SuspensionCommand: {
            /** @description the usual ground, where one fits */
            code?: components["schemas"]["SuspendCode"];
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            note?: string;
            photos?: string[];
            reason: string;
            /** Format: date-time */
            until: string;
        };
        TableRows: {
            columns: string[];
            /**
             * Format: date-time
             * @description since when; null: from the start
             */
            effective: string | null;
            items: {
                [key: string]: string;
            }[];
            name: string;
            /** Format: int64 */
            position: number;
            /** Format: int64 */
            rows: number;
            /** @description of the edition that it is of */
            version: string;
        };
        Task: {
            /** @description the landmark that the caller named */
            address: string;
            /** @description id; empty: an incident's */
            campaign: string;
            /**
             * Format: int64
             * @description null: not known
             */
            distance_m: number | null;
            /** Format: date-time */
            due: string | null;
            grid: string;
            grid_name: string;
            /** @description of the incident; of a campaign and its grid */
            id: string;
            /** @description id; empty: a campaign's */
            incident: string;
            /** @enum {string} */
            kind: "verify" | "check" | "campaign";
            lamp: components["schemas"]["Lamp"];
            /** Format: double */
            lat: number | null;
            /**
             * Format: int64
             * @description seconds to the limit, less than 0 past it; null: none
             */
            left_s: number | null;
            /**
             * Format: double
             * @description of a campaign: a point within the grid; null: unplaced
             */
            lng: number | null;
            /** @description given to you by name */
            mine: boolean;
            number: string;
            photos: string[];
            severity: components["schemas"]["Severity"];
            /** @description description; of a campaign: what to look at */
            text: string;
            /** @description what it is about */
            title: string;
            /** @description why it was given to whom it was */
            why: string;
        };
        TaskList: {
            /**
             * Format: date-time
             * @description the ledger's time, by which left_s counts
             */
            at: string;
            items: components["schemas"]["Task"][];
            /** Format: int64 */
            position: number;
        };
        Tasked: {
            grid: string;
            person: string;
            why: string;
        };
        Ticket: {
            /** @description null: not said, or not for you */
            caller: components["schemas"]["TicketCaller"] | null;
            /**
             * Format: date-time
             * @description when it first came here
             */
            came_at: string;
            /**
             * Format: int64
             * @description the newest version that the city sent
             */
            city_version: number;
            community: string;
            /** @description its newest version came with two contents */
            conflict: boolean;
            /** Format: date-time */
            contacted_at: string | null;
            description: string;
            due: components["schemas"]["TicketDue"];
            external_id: string;
            id: string;
            incident: components["schemas"]["TicketIncident"] | null;
            /** @description green, yellow or red: the worst of its clocks */
            lamp: components["schemas"]["Lamp"];
            location: components["schemas"]["TicketPlace"] | null;
            matter: components["schemas"]["Matter"] | null;
            /** @description the city's */
            number: string;
            overdue: components["schemas"]["TicketOverdue"];
            /** @description very_satisfied, satisfied, basic, not_satisfied, not_reached; empty: not called back */
            rating: string;
            /**
             * Format: date-time
             * @description the city's clock runs from then
             */
            received_at: string;
            /** @description null: no repeat complaint, or not for you */
            repeat_of: components["schemas"]["TicketRepeat"] | null;
            /** Format: date-time */
            replied_at: string | null;
            /**
             * Format: date-time
             * @description when the reply went out
             */
            reported_at: string | null;
            /** @description resolved, explained, planned, not_possible, unreasonable; empty: not answered */
            resolution: string;
            /**
             * Format: int64
             * @description 2: it is done again
             */
            round: number;
            /** Format: date-time */
            signed_at: string | null;
            source: string;
            stage: components["schemas"]["TicketStage"];
            street: string;
            type: components["schemas"]["TicketType"];
        };
        TicketBefore: {
            id: string;
            number: string;
            /** Format: date-time */
            received_at: string;
            /** @description about the same: matter and place within 200 m, or incident */
            repeat: boolean;
            stage: components["schemas"]["TicketStage"];
            type: components["schemas"]["TicketType"];
        };
        TicketCallbackBody: {
            /**
             * Format: int64
             * @description refused with 409 if the ticket is at another
             */
            expected_version?: number;
            /** @description not satisfied, with reason */
            for_cause?: boolean;
            note?: string;
            result: components["schemas"]["TicketResult"];
        };
        TicketCaller: {
            confidential: boolean;
            name: string;
            phone: string;
        };
        TicketCallerAnswer: {
            caller: components["schemas"]["KnownCaller"];
            ticket: components["schemas"]["TicketDetail"];
        };
        TicketClocks: {
            city: components["schemas"]["DeadlineExplained"] | null;
            contact: components["schemas"]["DeadlineExplained"] | null;
            internal: components["schemas"]["ReserveClock"];
        };
        TicketConflict: {
            /** Format: date-time */
            at: string;
            /** Format: int64 */
            city_version: number;
            description: string;
            /** Format: date-time */
            due_at: string | null;
            number: string;
            type: components["schemas"]["TicketType"];
        };
        TicketContact: {
            /**
             * Format: date-time
             * @description when it was written down
             */
            at: string;
            /** @description account */
            by: string;
            note: string;
            reached: boolean;
            /** Format: date-time */
            when: string;
        };
        TicketContactBody: {
            /**
             * Format: int64
             * @description refused with 409 if the ticket is at another
             */
            expected_version?: number;
            note?: string;
            reached: boolean;
            /**
             * Format: date-time
             * @description now unless said
             */
            when?: string;
        };
        /** @enum {string} */
        TicketDecision: "accepted" | "refused" | "moved";
        TicketDetail: {
            allowed: string[];
            /** @description null: not said, or not for you */
            caller: components["schemas"]["TicketCaller"] | null;
            /**
             * Format: date-time
             * @description when it first came here
             */
            came_at: string;
            /**
             * Format: int64
             * @description the newest version that the city sent
             */
            city_version: number;
            community: string;
            /** @description its newest version came with two contents */
            conflict: boolean;
            conflicts: components["schemas"]["TicketConflict"][];
            /** Format: date-time */
            contacted_at: string | null;
            contacts: components["schemas"]["TicketContact"][];
            description: string;
            due: components["schemas"]["TicketDue"];
            due_explained: components["schemas"]["TicketClocks"];
            external_id: string;
            /** @description the caller's other tickets, the last first; none of a confidential caller */
            history: components["schemas"]["TicketBefore"][];
            id: string;
            incident: components["schemas"]["TicketIncident"] | null;
            /** @description green, yellow or red: the worst of its clocks */
            lamp: components["schemas"]["Lamp"];
            location: components["schemas"]["TicketPlace"] | null;
            matter: components["schemas"]["Matter"] | null;
            /** @description the city's */
            number: string;
            overdue: components["schemas"]["TicketOverdue"];
            /** Format: int64 */
            position: number;
            /** @description very_satisfied, satisfied, basic, not_satisfied, not_reached; empty: not called back */
            rating: string;
            ratings: components["schemas"]["TicketRating"][];
            /**
             * Format: date-time
             * @description the city's clock runs from then
             */
            received_at: string;
            redo: components["schemas"]["TicketRedo"] | null;
            /** @description null: no repeat complaint, or not for you */
            repeat_of: components["schemas"]["TicketRepeat"] | null;
            /** Format: date-time */
            replied_at: string | null;
            replies: components["schemas"]["TicketReply"][];
            /**
             * Format: date-time
             * @description when the reply went out
             */
            reported_at: string | null;
            /** @description resolved, explained, planned, not_possible, unreasonable; empty: not answered */
            resolution: string;
            returns: components["schemas"]["TicketReturn"][];
            /**
             * Format: int64
             * @description 2: it is done again
             */
            round: number;
            /** Format: date-time */
            signed_at: string | null;
            source: string;
            stage: components["schemas"]["TicketStage"];
            street: string;
            type: components["schemas"]["TicketType"];
            /** Format: int64 */
            version: number;
        };
        TicketDue: {
            /**
             * Format: date-time
             * @description the city's clock; null: the calendar is not published so far
             */
            city: string | null;
            /**
             * Format: date-time
             * @description until when the caller is to be called first
             */
            contact: string | null;
            /**
             * Format: date-time
             * @description until when the reply is to be written
             */
            internal: string | null;
        };
        TicketFile: {
            /** Format: int64 */
            added: number;
            /**
             * Format: int64
             * @description newer versions
             */
            changed: number;
            /**
             * Format: int64
             * @description known versions with other content
             */
            conflicts: number;
            dry_run: boolean;
            /** Format: int64 */
            known: number;
            /**
             * Format: int64
             * @description older versions that came late
             */
            noted: number;
            /** Format: int64 */
            position: number;
            /** Format: int64 */
            rows: number;
        };
        TicketIncident: {
            id: string;
            /** @description the incident it was linked to; another one, where that was merged */
            linked: string;
            number: string;
            stage: components["schemas"]["Stage"] | null;
            status: components["schemas"]["Status"];
            /**
             * Format: int64
             * @description how many it answers for
             */
            tickets: number;
        };
        TicketLimit: {
            /** @description e.g. 15 working_days */
            limit: string;
            type: components["schemas"]["TicketType"];
        };
        TicketLinkBody: {
            /**
             * Format: int64
             * @description refused with 409 if the ticket is at another
             */
            expected_version?: number;
            /** @description id of the incident that it joins */
            incident?: string;
            /** @description what it becomes; {} takes all from the ticket */
            report?: components["schemas"]["TicketReport"];
        };
        TicketList: {
            items: components["schemas"]["Ticket"][];
            next_cursor: string;
            /** Format: int64 */
            position: number;
            /** Format: int64 */
            total: number;
        };
        TicketOverdue: {
            city: boolean;
            contact: boolean;
            internal: boolean;
        };
        TicketPlace: {
            address: string;
            /** Format: double */
            lat: number | null;
            /**
             * Format: double
             * @description null: known by name only
             */
            lng: number | null;
        };
        TicketPlain: {
            /**
             * Format: int64
             * @description refused with 409 if the ticket is at another
             */
            expected_version?: number;
        };
        TicketPush: {
            /** @description where the place is known by name only */
            address?: string;
            caller?: components["schemas"]["ReportingCitizen"];
            description: string;
            /**
             * Format: date-time
             * @description the city's deadline; by type unless said
             */
            due_at?: string;
            /** @description the city's id */
            external_id: string;
            location?: components["schemas"]["Place"];
            matter?: components["schemas"]["MatterKey"];
            /** @description that people say; external_id unless said */
            number?: string;
            /**
             * Format: date-time
             * @description when the city handed it to us: its clock runs from then; now unless said
             */
            received_at?: string;
            /** @description the feed; 12345 unless said */
            source?: string;
            type: components["schemas"]["TicketType"];
            /**
             * Format: int64
             * @description the city's, counted up with each change; 1 unless said
             */
            version?: number;
        };
        TicketRating: {
            /** Format: date-time */
            at: string;
            for_cause: boolean;
            note: string;
            result: components["schemas"]["TicketResult"];
        };
        TicketReceipt: {
            /** @enum {string} */
            outcome: "added" | "changed" | "noted" | "conflict" | "known";
            ticket: components["schemas"]["TicketDetail"];
        };
        TicketRedo: {
            /** @description null: waits for the level above */
            approved: boolean | null;
            approver: string;
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: date-time */
            decided_at: string | null;
            person: string;
            reason: string;
        };
        TicketRedoBody: {
            /** @description by the level above whoever asked */
            approve?: boolean;
            /**
             * Format: int64
             * @description refused with 409 if the ticket is at another
             */
            expected_version?: number;
            /** @description account of the other person who does it */
            person?: string;
            reason?: string;
        };
        TicketRepeat: {
            /**
             * Format: int64
             * @description how many tickets before it
             */
            count: number;
            /** @description the last ticket before it */
            id: string;
            number: string;
        };
        TicketReply: {
            /** Format: date-time */
            at: string;
            by: string;
            /** @description null: not reviewed; false: sent back to be written again */
            passed: boolean | null;
            reason: string;
            resolution: components["schemas"]["TicketResolution"];
            /** Format: date-time */
            reviewed_at: string | null;
            reviewer: string;
            /** Format: int64 */
            round: number;
            to_caller: string;
            to_city: string;
        };
        TicketReplyBody: {
            /**
             * Format: int64
             * @description refused with 409 if the ticket is at another
             */
            expected_version?: number;
            resolution: components["schemas"]["TicketResolution"];
            /** @description the answer to the caller */
            to_caller: string;
            /** @description the report to the city */
            to_city: string;
        };
        TicketReport: {
            concerns?: string;
            criterion?: string;
            description?: string;
            /** @description needed where the ticket has no point */
            location?: components["schemas"]["Place"];
            matter?: components["schemas"]["MatterKey"];
            photos?: string[];
            severity?: components["schemas"]["Severity"];
        };
        /** @enum {string} */
        TicketResolution: "resolved" | "explained" | "planned" | "not_possible" | "unreasonable";
        /** @enum {string} */
        TicketResult: "very_satisfied" | "satisfied" | "basic" | "not_satisfied" | "not_reached";
        TicketReturn: {
            /** @description null: not ruled */
            accepted: boolean | null;
            /** Format: date-time */
            at: string;
            by: string;
            number: string;
            reason: string;
            /** Format: date-time */
            ruled_at: string | null;
            /** @description why */
            ruling: string;
        };
        TicketReturnBody: {
            /**
             * Format: int64
             * @description refused with 409 if the ticket is at another
             */
            expected_version?: number;
            reason: string;
        };
        TicketReviewBody: {
            /**
             * Format: int64
             * @description refused with 409 if the ticket is at another
             */
            expected_version?: number;
            pass: boolean;
            /** @description needed where it does not pass */
            reason?: string;
        };
        TicketRuleBody: {
            /** @description accepted, refused: on a return; moved: on the city's clock */
            decision: components["schemas"]["TicketDecision"];
            /**
             * Format: date-time
             * @description with moved
             */
            due_at?: string;
            /**
             * Format: int64
             * @description refused with 409 if the ticket is at another
             */
            expected_version?: number;
            /** @description of the city's paper */
            number?: string;
            reason?: string;
        };
        /** @enum {string} */
        TicketStage: "received" | "signed" | "answered" | "reviewed" | "called_back" | "returning" | "returned";
        /** @enum {string} */
        TicketType: "consult" | "complaint" | "report" | "suggestion" | "help" | "other";
        TicketViewCallerBody: {
            /**
             * Format: int64
             * @description refused with 409 if the ticket is at another
             */
            expected_version?: number;
            /** @description why; it is recorded with who looked */
            reason: string;
        };
        /** @enum {string} */
        Tier: "community" | "street" | "district";
        TileJSON: {
            attribution?: string;
            bounds?: number[];
            center?: number[];
            description?: string;
            /** Format: int64 */
            maxzoom?: number;
            /** Format: int64 */
            minzoom?: number;
            name?: string;
            scheme?: string;
            tilejson: string;
            tiles: string[];
            vector_layers: unknown[];
            version?: string;
        };
        TimeLimit: {
            /** Format: int64 */
            n: number;
            unit: components["schemas"]["LimitUnit"];
        };
        Timeline: {
            items: components["schemas"]["TimelineEntry"][];
            /**
             * Format: int64
             * @description of the last of them
             */
            position: number;
        };
        TimelineEntry: {
            /** @description the account, or system:… */
            actor: string;
            /** @description of the post */
            actor_name?: string;
            /** Format: date-time */
            at: string;
            /** @description the fact itself, by its type */
            data: unknown;
            due_explained?: components["schemas"]["DueExplained"];
            /** Format: int64 */
            position: number;
            role?: components["schemas"]["Role"];
            /** @description the stored name, e.g. incident.dispatched */
            type: string;
            /** @description the unit acted for; empty: the system */
            unit: string;
            unit_name?: string;
            /** Format: int64 */
            version: number;
        };
        Track: {
            day: string;
            /** @description by time */
            fixes: components["schemas"]["TrackPoint"][];
            inspector: string;
            on: boolean;
            /** Format: int64 */
            position: number;
            stints: components["schemas"]["PatrolStint"][];
            unit: string;
            visits: components["schemas"]["GridVisit"][];
        };
        TrackBatch: {
            fixes: components["schemas"]["TrackFix"][];
        };
        TrackFix: {
            /** Format: double */
            accuracy_m?: number;
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            crs: "wgs84" | "gcj02" | "bd09" | "cgcs2000";
            /** Format: double */
            lat: number;
            /** Format: double */
            lng: number;
        };
        TrackPoint: {
            /** Format: double */
            accuracy_m: number;
            /** Format: date-time */
            at: string;
            /** @description empty: outside every grid */
            grid: string;
            /** Format: double */
            lat: number;
            /** Format: double */
            lng: number;
        };
        TwoLimits: {
            /** @description e.g. 4 working_hours; empty: none */
            normal: string;
            /** @description empty: as normal */
            urgent: string;
        };
        Unit: {
            /** @description code of the area it serves */
            area: string;
            /** @description who receives for it */
            clerk?: string;
            code: string;
            /** @description it dispatches */
            desk: boolean;
            duties?: string;
            kind: components["schemas"]["UnitKind"];
            /** @description the department a branch belongs to by trade; null: it is no branch */
            line_parent: string | null;
            name: string;
            /** @description the desk it stands under; null: the district's own */
            parent: string | null;
            phone?: string;
            tier: components["schemas"]["Tier"];
        };
        UnitCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
            helpers?: components["schemas"]["HelperWanted"][];
            note?: string;
            photos?: string[];
            reason?: string;
            unit: string;
        };
        /** @enum {string} */
        UnitKind: "center" | "station" | "office" | "branch" | "department" | "owner";
        UnitList: {
            items: components["schemas"]["Unit"][];
            /** Format: int64 */
            position: number;
        };
        UnusualAct: {
            act: components["schemas"]["UnusualActKind"];
            after_red: boolean;
            approved_by: components["schemas"]["ActingPerson"][];
            /** Format: date-time */
            asked_at: string | null;
            /** Format: int64 */
            asked_minutes_left: number | null;
            /** Format: date-time */
            at: string;
            by: components["schemas"]["ActingPerson"];
            clock: components["schemas"]["Clock"];
            community: string;
            community_name: string;
            confidential: boolean;
            detail: components["schemas"]["UnusualActDetail"];
            /** Format: date-time */
            due: string;
            /** Format: date-time */
            due_after: string | null;
            duty_leader: boolean;
            id: string;
            matter: components["schemas"]["Matter"] | null;
            /** Format: int64 */
            minutes_left: number;
            number: string;
            outcome: components["schemas"]["UnusualActOutcome"];
            /** Format: int64 */
            position: number;
            reason: string;
            severity: components["schemas"]["Severity"];
            stage: components["schemas"]["Stage"];
            status: components["schemas"]["Status"];
            street: string;
            street_name: string;
            tier: components["schemas"]["Tier"];
            to: components["schemas"]["Named"] | null;
            unit: components["schemas"]["Named"];
        };
        UnusualActDetail: {
            agency?: string;
            code?: string;
            field?: string;
            number?: string;
            unit?: string;
            /** Format: date-time */
            until?: string;
        };
        /** @enum {string} */
        UnusualActKind: "void" | "merge" | "suspend" | "extend" | "correct" | "hand_over" | "transfer" | "escalate" | "return";
        UnusualActOutcome: {
            /** Format: date-time */
            closed_at: string | null;
            expired: boolean;
            holder: components["schemas"]["Named"] | null;
            stage: components["schemas"]["Stage"] | null;
            undone: boolean;
        };
        UnusualActs: {
            /**
             * Format: date-time
             * @description of the last fact
             */
            at: string;
            /** Format: date-time */
            from: string;
            items: components["schemas"]["UnusualAct"][];
            /**
             * Format: int64
             * @description up to which the facts are told
             */
            position: number;
            /**
             * Format: date-time
             * @description exclusive
             */
            to: string;
            /** Format: int64 */
            total: number;
            /**
             * Format: int64
             * @description minutes
             */
            within: number;
        };
        User: {
            /** @description that an inspector walks; none: all of the community */
            grids: string[];
            name: string;
            /** @description held at the desk; none: all */
            posts: components["schemas"]["Post"][];
            role: components["schemas"]["Role"];
            /** @description whence this person may report */
            sources: string[];
            unit: string;
            unit_name: string;
        };
        WaitingIncident: {
            /**
             * Format: date-time
             * @description when the desk got it
             */
            came: string;
            incident: components["schemas"]["Incident"];
            urgent: boolean;
        };
        WhatIf: {
            /**
             * Format: int64
             * @description questions that are answered first
             */
            ahead: number;
            /**
             * Format: date-time
             * @description wall time
             */
            asked_at: string;
            /** @description history was decoded in memory already, from the question before */
            cached: boolean;
            /**
             * Format: int64
             * @description of these
             */
            done: number;
            /** @description why it failed; null: it did not */
            error: string | null;
            /**
             * Format: int64
             * @description that the present state goes through; of one that is done, those of the report
             */
            facts: number;
            /**
             * Format: double
             * @description of the present state; of one that is done, of the answer
             */
            facts_per_second: number;
            /** Format: date-time */
            from: string;
            id: string;
            /** @description null in lists, and until it is done; lists the first 5,000 incidents that differ */
            report: components["schemas"]["WhatIfReport"] | null;
            state: components["schemas"]["WhatIfState"];
            /** @description which were laid over */
            tables: string[];
            /**
             * Format: date-time
             * @description exclusive
             */
            to: string;
        };
        WhatIfDifference: {
            /** Format: date-time */
            at: string;
            /** Format: int64 */
            away: number;
            change: string;
            change_en: string;
            id: string;
            now: components["schemas"]["WhatIfOutcome"];
            number: string;
            /** Format: int64 */
            position: number;
            refused: components["schemas"]["WhatIfRefused"][];
            then: components["schemas"]["WhatIfOutcome"];
            why: string;
            why_en: string;
        };
        WhatIfFigures: {
            /** Format: int64 */
            closed: number;
            /** Format: int64 */
            difficult: number;
            /** Format: int64 */
            dispatched: number;
            /** Format: int64 */
            expired: number;
            /** Format: int64 */
            extensions: number;
            /** Format: int64 */
            handled: number;
            /** Format: int64 */
            open: number;
            /** Format: int64 */
            returns: number;
            stages: components["schemas"]["WhatIfRun"][];
            /** Format: int64 */
            suspensions: number;
            total: components["schemas"]["WhatIfRun"];
            /** Format: int64 */
            warned: number;
        };
        WhatIfList: {
            /** @description the newest first */
            items: components["schemas"]["WhatIf"][];
            /** Format: int64 */
            position: number;
        };
        WhatIfOutcome: {
            difficult: boolean;
            /** Format: int64 */
            expired: number;
            /** Format: int64 */
            extensions: number;
            handling: string;
            /** Format: int64 */
            returns: number;
            stage?: components["schemas"]["Stage"];
            status: components["schemas"]["Status"];
            total: string;
            unit: string;
        };
        WhatIfQuestion: {
            /** @description a day, or a time with its zone: incidents reported from then on */
            from: string;
            tables: components["schemas"]["WhatIfTables"];
            /** @description a day, which counts whole, or a time with its zone */
            to: string;
        };
        WhatIfRefused: {
            /** Format: date-time */
            at: string;
            code: string;
            command: string;
            /** Format: int64 */
            position: number;
            unit?: string;
            why: string;
            why_en: string;
        };
        WhatIfRefusedBy: {
            code: string;
            command: string;
            /** Format: int64 */
            count: number;
            why: string;
            why_en: string;
        };
        WhatIfReport: {
            assumptions: string[];
            /** Format: date-time */
            at: string;
            /** Format: int64 */
            away: number;
            /** Format: int64 */
            differ: number;
            /** Format: int64 */
            facts: number;
            /** Format: double */
            facts_per_second: number;
            /** Format: date-time */
            from: string;
            /** Format: int64 */
            incidents: number;
            items: components["schemas"]["WhatIfDifference"][];
            not_reproduced: components["schemas"]["WhatIfDifference"][];
            now: components["schemas"]["WhatIfFigures"];
            /** Format: int64 */
            position: number;
            /** Format: int64 */
            refused: number;
            refused_by: components["schemas"]["WhatIfRefusedBy"][];
            then: components["schemas"]["WhatIfFigures"];
            /** Format: date-time */
            to: string;
            units: components["schemas"]["WhatIfUnit"][];
            /** Format: int64 */
            unlike: number;
        };
        WhatIfRun: {
            /** Format: int64 */
            due: number;
            /** Format: int64 */
            expired: number;
            /** Format: int64 */
            late: number;
            /** Format: int64 */
            on_time: number;
            /** Format: double */
            rate: number | null;
            stage?: components["schemas"]["Stage"];
        };
        /** @enum {string} */
        WhatIfState: "reading" | "asking" | "done" | "failed" | "cancelled";
        WhatIfTables: {
            /** @description days of the years it names */
            calendar?: string;
            /** @description criteria of the matters it names */
            criteria?: string;
            /** @description limits of stages, those not named stay */
            limits?: string;
            /** @description settings, those not named stay */
            policy?: string;
            /** @description another list as a whole */
            responsibility?: string;
        };
        WhatIfUnit: {
            name: string;
            /** Format: int64 */
            now: number;
            /** Format: int64 */
            now_expired: number;
            /** Format: int64 */
            then: number;
            /** Format: int64 */
            then_expired: number;
            unit: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
