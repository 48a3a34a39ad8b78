/** The ready sentences that fit an open ticket: the district's, and those that its own incident writes. */
import { parts } from '@shared/format';
import type { Incident } from '@shared/wire';
import type { TicketDetail } from '../../hotline';
import { fillIn, sentences } from '../../phrases';

type Say = (key: string, named?: Record<string, unknown>) => string;
export interface Around {
  readonly ticket: TicketDetail;
  readonly incident: Incident | null;
  readonly now: number | null;
  area(code: string): string;
}

/** A day of the district as people write it; empty: not known, which leaves a gap. */
function day(at: string | number | null, t: Say): string {
  const p = at === null ? null : parts(at);
  return p === null ? '' : t('hotline.day', { m: Number(p.month), d: Number(p.day) });
}

/** Sentences for the caller, or for the city. */
export function phrasesOf(kind: 'reply' | 'city' | 'contact', a: Around, t: Say): readonly string[] {
  const { ticket: x, incident: i } = a;
  if (kind === 'contact') return ['contactPhraseKnown', 'contactPhraseMore', 'contactPhraseLater', 'contactPhraseBusy'].map((k) => t(`hotline.${k}`));
  const names = {
    unit: i?.holder?.name ?? '', number: i?.number ?? '', result: i?.result ?? '', street: a.area(i?.street ?? x.street), community: a.area(i?.community ?? x.community),
    date: day(i === null ? a.now : (i.closed_at ?? i.handled_at), t),
  };
  /** What is promised has its day before it; what was done, behind it. */
  const until = { ...names, date: day(i?.due.total ?? x.due.internal, t) };
  const matter = x.matter === null ? '' : `${x.matter.scheme}/${x.matter.kind}/${x.matter.code}`;
  const ready = sentences(kind === 'reply' ? 'reply' : 'reply_city', matter).map((p) => fillIn(p, names));
  if (kind === 'reply') return i === null || i.handled_at !== null ? ready : [t('hotline.callerPhraseOpen', until), ...ready];
  const own = x.type === 'consult' ? ['cityPhraseConsult'] : i === null ? [] : i.handled_at !== null && names.result !== '' ? ['cityPhraseDone'] : ['cityPhraseOpen'];
  return [...own, ...(x.contacts.some((c) => c.reached) ? ['cityPhraseTold'] : [])].map((k) => t(`hotline.${k}`, k === 'cityPhraseOpen' ? until : names)).concat(ready);
}
