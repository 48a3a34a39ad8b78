/** Time left until a deadline, in words, and what its lamp would say. */

export interface Span {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
}

export type Left =
  | { readonly kind: 'none' }
  | { readonly kind: 'left'; readonly span: Span; readonly ms: number }
  | { readonly kind: 'over'; readonly span: Span; readonly ms: number };

function span(ms: number): Span {
  const minutes = Math.floor(ms / 60_000);
  return { days: Math.floor(minutes / 1440), hours: Math.floor(minutes / 60) % 24, minutes: minutes % 60 };
}

/** What is left of a deadline at `now`; a deadline reached exactly is not yet over. */
export function timeLeft(due: string | null, now: number | null): Left {
  if (due === null || now === null) return { kind: 'none' };
  const ms = Date.parse(due) - now;
  if (Number.isNaN(ms)) return { kind: 'none' };
  return ms >= 0 ? { kind: 'left', span: span(ms), ms } : { kind: 'over', span: span(-ms), ms };
}

export interface SpanWords {
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly underMinute: string;
  readonly joiner: string;
}

/** The two largest parts of a span: 1天3小时, 2小时15分, 8分; from a hundred days on, days alone. */
export function spanText(s: Span, words: SpanWords): string {
  const parts = [
    s.days > 0 ? `${s.days}${words.day}` : '',
    s.hours > 0 && s.days < 100 ? `${s.hours}${words.hour}` : '',
    s.days === 0 && s.minutes > 0 ? `${s.minutes}${words.minute}` : '',
  ].filter((p) => p !== '');
  return parts.length === 0 ? words.underMinute : parts.slice(0, 2).join(words.joiner);
}

/** How much of a clock has run, 0 to 1; null when its beginning or end is not known. */
export function shareUsed(from: string | null, due: string | null, now: number | null): number | null {
  if (from === null || due === null || now === null) return null;
  const begin = Date.parse(from);
  const end = Date.parse(due);
  if (Number.isNaN(begin) || Number.isNaN(end) || end <= begin) return null;
  return Math.min(1, Math.max(0, (now - begin) / (end - begin)));
}

/**
 * How much of what a clock counts has been counted, 0 to 1. A limit in working hours
 * does not run at night, so its bar must not either.
 */
export function shareCounted(periods: readonly { readonly from: string; readonly to: string }[], now: number | null): number | null {
  if (now === null || periods.length === 0) return null;
  let counted = 0;
  let whole = 0;
  for (const p of periods) {
    const from = Date.parse(p.from);
    const to = Date.parse(p.to);
    whole += to - from;
    counted += Math.max(0, Math.min(now, to) - from);
  }
  return whole <= 0 ? null : Math.min(1, counted / whole);
}

/** What breaks first comes first: by stage deadline, suspended and undated ones last. */
export function byUrgency(
  a: { readonly due: { readonly stage: string | null }; readonly suspended: boolean; readonly reported_at: string },
  b: { readonly due: { readonly stage: string | null }; readonly suspended: boolean; readonly reported_at: string },
): number {
  const rank = (x: typeof a): number => (x.suspended || x.due.stage === null ? Number.MAX_SAFE_INTEGER : Date.parse(x.due.stage));
  return rank(a) - rank(b) || Date.parse(a.reported_at) - Date.parse(b.reported_at);
}
