/**
 * Holds what the pages of the desk read to the server's own document, as wire.check.ts
 * does for the rest. A field that parted from it does not compile. No code comes of this.
 */
import type { components } from '@shared/openapi.gen';
import type { Briefing, CampaignDetail, Coverage, Handover, Queue, RosterRead } from './desk';
import type { Approval, Inbox } from './inbox';
import type { PolicyRead, RoutingRead, Similar } from './readings';
import type { Job } from './whatif';
import type { Changes, ReferenceRead, RulingRow, TableRead } from './rules';
import type { Catalogue, Facts } from './statistics';

type Given = components['schemas'];
/** Compiles only where a `From` can stand for a `To`. */
type Serves<From extends To, To> = From;

type Checked = [
  Serves<Given['Briefing'], Briefing>,
  Serves<Given['DutyQueue'], Queue>,
  Serves<Given['RosterList'], RosterRead>,
  Serves<Given['DutyHandover'], Handover>,
  Serves<Given['CampaignDetail'], CampaignDetail>,
  Serves<Given['Coverage'], Coverage>,
  Serves<Omit<Given['ApprovalList'], 'items'>, Omit<Inbox, 'items'>>,
  Serves<Omit<Given['ApprovalList']['items'][number], 'kind'>, Omit<Approval, 'kind'>>,
  Serves<Given['RoutingExplained'], RoutingRead>,
  Serves<Given['Neighbour'], Similar>,
  Serves<Given['PolicyNow'], PolicyRead>,
  Serves<Given['ReferenceList'], ReferenceRead>,
  Serves<Given['TableRows'], TableRead>,
  Serves<Given['EditionChanges'], Changes>,
  Serves<Given['Ruling'], RulingRow>,
  Serves<Given['Indicators'], Catalogue>,
  Serves<Given['StatisticsFacts'], Facts>,
  Serves<Given['WhatIf'], Job>,
];
export type { Checked };
