/* Made by npm run gen from the OpenAPI document. Do not edit. */

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AttachCommand: {
            /** Format: int64 */
            expected_version?: number;
            note?: string;
            photos: string[];
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
            /** @description it has a criterion */
            activated: boolean;
            class: string;
            code: string;
            /** @enum {string} */
            kind: "matter" | "component";
            name: string;
            scheme: string;
        };
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
        CommandAnswer: {
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
        CountedPeriod: {
            /** Format: date-time */
            from: string;
            /**
             * Format: int64
             * @description index into limits
             */
            limit: number;
            /** Format: date-time */
            to: string;
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
            limits: components["schemas"]["TimeLimit"][];
            /**
             * Format: int64
             * @description the year whose calendar is not published, where due is null
             */
            missing?: number;
            pauses?: components["schemas"]["Pause"][];
            periods: components["schemas"]["CountedPeriod"][];
            /** Format: date-time */
            warn?: string;
        };
        DueExplained: {
            accept?: components["schemas"]["DeadlineExplained"];
            stage?: components["schemas"]["DeadlineExplained"];
            total?: components["schemas"]["DeadlineExplained"];
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
            /** @description JSON pointer into the body; for a parameter, its name */
            pointer: string;
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
        Flag: "unplaced" | "outside_grid" | "relocated" | "no_criterion" | "no_matter" | "calendar_not_published" | "imported" | "simulated" | "sent_later" | "pinned" | "place_in_doubt" | "confidential" | "closed_before_reported" | "not_found" | "reopened";
        GroundFeature: {
            geometry: unknown;
            id?: unknown;
            properties: unknown;
            /** @enum {string} */
            type: "Feature";
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
        Health: {
            /**
             * Format: int64
             * @description the ledger's head
             */
            position: number;
            /** @enum {string} */
            status: "ok";
        };
        Holder: {
            name: string;
            unit: string;
        };
        Incident: {
            /** Format: date-time */
            accept_due: string | null;
            accepted: boolean;
            allowed?: string[];
            /** Format: date-time */
            captured_at: string | null;
            /** Format: date-time */
            closed_at: string | null;
            community: string;
            criterion: components["schemas"]["IncidentCriterion"] | null;
            description: string;
            difficult: boolean;
            due: components["schemas"]["IncidentDue"];
            /** Format: int64 */
            extensions: number;
            external: components["schemas"]["External"] | null;
            /** Format: date-time */
            filed_at: string | null;
            flags: components["schemas"]["Flag"][];
            grid: components["schemas"]["IncidentGrid"] | null;
            /** Format: date-time */
            handled_at: string | null;
            handled_on_the_spot: boolean;
            holder: components["schemas"]["Holder"] | null;
            id: string;
            intake_desk: string;
            lamp: components["schemas"]["Lamp"];
            location: components["schemas"]["Location"];
            matter: components["schemas"]["Matter"] | null;
            number: string;
            /** Format: date-time */
            occurred_at: string;
            overdue: boolean;
            photos: string[];
            /** Format: int64 */
            position: number;
            /** Format: date-time */
            reported_at: string;
            reporter: components["schemas"]["Reporter"] | null;
            result?: string;
            /** Format: int64 */
            returns: number;
            /** Format: int64 */
            reworks: number;
            routing: components["schemas"]["IncidentRouting"];
            severity: components["schemas"]["Severity"];
            source: components["schemas"]["Source"];
            stage: components["schemas"]["Stage"] | null;
            status: components["schemas"]["Status"];
            street: string;
            suspended: boolean;
            tier: components["schemas"]["Tier"];
            /** Format: int64 */
            transfers: number;
            /** Format: date-time */
            updated_at: string;
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
        /** @enum {string} */
        Lamp: "green" | "yellow" | "red" | "grey";
        /** @enum {string} */
        LimitUnit: "urgent_minutes" | "urgent_hours" | "urgent_days" | "working_hours" | "working_days" | "natural_days";
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
        NewPhoto: {
            /** @description SHA-256 of the re-encoded file */
            id: string;
        };
        NewReport: {
            /**
             * Format: date-time
             * @description by the device's clock; not judged
             */
            captured_at?: string;
            criterion?: string;
            description: string;
            external?: components["schemas"]["ExternalNumber"];
            handled_on_the_spot?: boolean;
            location: components["schemas"]["Place"];
            matter?: components["schemas"]["MatterKey"];
            /** Format: date-time */
            occurred_at?: string;
            photos?: string[];
            reporter?: components["schemas"]["ReportingCitizen"];
            severity?: components["schemas"]["Severity"];
            /** @description one that the caller's role may give */
            source: components["schemas"]["Source"];
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
        Pause: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
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
        /** @enum {string} */
        ReturnCode: "misdispatched" | "not_our_duty" | "wrong_place" | "owner_elsewhere" | "duplicate" | "needs_support";
        ReturnCommand: {
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
        /** @enum {string} */
        Role: "inspector" | "community" | "handler" | "street" | "district" | "hotline" | "supervisor" | "screen" | "admin";
        /** @enum {string} */
        Severity: "normal" | "urgent" | "major";
        /** @enum {string} */
        Source: "inspector" | "hotline" | "citizen" | "sensor" | "video" | "department" | "leader" | "media" | "campaign" | "emergency";
        /** @enum {string} */
        Stage: "verifying" | "intake" | "dispatching" | "handling" | "coordinating" | "checking" | "closing";
        Statistics: {
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: date-time */
            from: string;
            items: components["schemas"]["StatisticsRow"][];
            /** Format: int64 */
            position: number;
            reading: string;
            /**
             * Format: date-time
             * @description exclusive
             */
            to: string;
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
            declined: number;
            /** Format: int64 */
            dispatched: number;
            dispatched_on_time: components["schemas"]["Ratio"];
            /** Format: int64 */
            escalated: number;
            /** Format: int64 */
            filed: number;
            filed_on_time: components["schemas"]["Ratio"];
            found_by_ourselves: components["schemas"]["Ratio"];
            /** Format: int64 */
            handled: number;
            handled_on_time: components["schemas"]["Ratio"];
            handled_rate: components["schemas"]["Ratio"];
            key: string;
            name: string;
            /** Format: int64 */
            overdue: number;
            overdue_unhandled: components["schemas"]["Ratio"];
            /** Format: int64 */
            reopened: number;
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
            signed_on_time: components["schemas"]["Ratio"];
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
            valid_reports: components["schemas"]["Ratio"];
            verified_on_time: components["schemas"]["Ratio"];
            /** Format: int64 */
            voided: number;
        };
        /** @enum {string} */
        Status: "open" | "closed" | "declined" | "voided" | "merged";
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
        Unit: {
            /** @description code of the area it serves */
            area: string;
            code: string;
            /** @description it dispatches */
            desk: boolean;
            duties?: string;
            kind: components["schemas"]["UnitKind"];
            name: string;
            /** @description the desk it stands under; null: the district's own */
            parent: string | null;
            tier: components["schemas"]["Tier"];
        };
        UnitCommand: {
            /**
             * Format: int64
             * @description refused with 409 if the incident is at another
             */
            expected_version?: number;
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
        User: {
            name: string;
            role: components["schemas"]["Role"];
            /** @description whence this person may report */
            sources: string[];
            unit: string;
            unit_name: string;
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
