/** What each fact of an incident says in one line: to whom, why, with what result. */
import type { TimelineEntry } from '@shared/wire';

type Data = Readonly<Record<string, unknown>>;

/** What the line needs to know of the page: words for codes, names of units, times as the district reads them. */
export interface Teller {
  t(key: string, named?: Record<string, unknown>): string;
  label(kind: string, code: string): string;
  unit(code: string): string;
  when(at: string): string;
  limit(n: number, unit: string): string;
  /** Filing condition of a criterion. */
  criterion(id: string): string;
  matter(code: string): string;
}

export const text = (d: Data, k: string): string => {
  const v = d[k];
  return typeof v === 'string' ? v : '';
};
export const inner = (d: Data, k: string): Data => {
  const v = d[k];
  return typeof v === 'object' && v !== null && !Array.isArray(v) ? Object.fromEntries(Object.entries(v)) : {};
};
const items = (d: Data, k: string): readonly unknown[] => {
  const v = d[k];
  return Array.isArray(v) ? v : [];
};
const join = (...parts: readonly string[]): string => parts.filter((p) => p !== '').join(' · ');

function helpers(d: Data, w: Teller): string {
  const all = items(d, 'helpers').filter((h): h is Record<string, unknown> => typeof h === 'object' && h !== null);
  return all.length === 0 ? '' : `${w.t('moves.helpers')} ${all.map((h) => join(w.unit(text(h, 'unit')), text(h, 'task'))).join('、')}`;
}

function correction(d: Data, w: Teller): string {
  const field = text(d, 'field');
  const place = inner(d, 'location');
  const now = field === 'matter' ? w.matter(text(inner(d, 'matter'), 'code')) || w.matter(text(d, 'matter'))
    : field === 'severity' ? w.label('severity', text(d, 'severity'))
      : field === 'concerns' ? w.unit(text(d, 'concerns')) || w.t('moves.nobody')
        : field === 'location' ? text(place, 'address') : text(d, 'text');
  return join(w.label('correctField', field), now, text(d, 'reason'));
}

/** The line; empty where the fact's name says it all. */
export function says(e: TimelineEntry, w: Teller): string {
  const d = e.data;
  const reason = text(d, 'reason');
  const basis = text(inner(d, 'basis'), 'reason');
  const due = (k: string): string => {
    const at = text(inner(d, k), 'due');
    return at === '' ? '' : `${w.t('time.due')} ${w.when(at)}`;
  };
  switch (e.type.replace('incident.', '')) {
    case 'reported':
      return join(w.label('source', text(d, 'source')), text(d, 'description'));
    case 'routed':
      return join(w.unit(text(inner(d, 'routing'), 'desk')), text(inner(d, 'routing'), 'reason'));
    case 'filed': {
      const l = inner(d, 'limit');
      return join(w.criterion(text(d, 'criterion')), typeof l['n'] === 'number' ? w.limit(l['n'], text(l, 'unit')) : '');
    }
    case 'dispatched':
    case 'delegated':
    case 'transferred':
      return join(`→ ${w.unit(text(d, 'unit'))}`, reason || basis, helpers(d, w));
    case 'returned':
    case 'return_requested':
      return join(w.label('returnCode', text(d, 'code')), reason, text(d, 'clause') === '' ? '' : w.t('moves.clause', { t: text(d, 'clause') }));
    case 'return_refused':
      return d['silent'] === true ? w.t('moves.silent') : reason;
    case 'escalated':
      return join(`→ ${w.unit(text(d, 'holder'))}`, w.label('escalateCode', text(d, 'code')), reason);
    case 'handled':
    case 'helped':
      return join(text(d, 'result'), d['late'] === true ? w.t('moves.lateMark') : '');
    case 'commented':
      return text(d, 'text');
    case 'accepted':
      return d['late'] === true ? w.t('detail.late') : '';
    case 'warned':
    case 'expired':
      return join(w.t(`time.${text(d, 'clock') === 'total' ? 'total' : 'stage'}`), `${w.t('time.due')} ${w.when(text(d, 'due'))}`, w.unit(text(d, 'holder')));
    case 'suspension_requested':
    case 'suspension_granted':
      return join(w.label('suspendCode', text(d, 'code')), reason, text(d, 'until') === '' ? '' : w.t('moves.untilDay', { t: w.when(text(d, 'until')) }));
    case 'resumed':
      return d['auto'] === true ? w.t('moves.resumedByItself') : reason;
    case 'endorsed':
      return join(w.label('requestKind', text(d, 'request')), w.label('rung', text(d, 'rung')));
    case 'recomputed':
      return w.t('moves.calendar', { v: text(d, 'calendar') });
    case 'lapsed':
      return join(w.label('dutyOf', text(d, 'of')), w.unit(text(d, 'unit')), text(d, 'due') === '' ? '' : `${w.t('time.due')} ${w.when(text(d, 'due'))}`);
    case 'coordination_opened':
      return join(text(d, 'question'), items(d, 'units').filter((u) => typeof u === 'string').map((u) => w.unit(u)).join('、'));
    case 'coordination_concluded': {
      const ruling = text(inner(d, 'ruling'), 'number');
      return join(`${w.t('form.lead')} ${w.unit(text(d, 'lead'))}`, helpers(d, w), ruling === '' ? '' : w.t('moves.ruling', { n: ruling }));
    }
    case 'assigned':
      return join([text(d, 'team'), text(d, 'person')].filter((x) => x !== '').join(' '), reason);
    case 'called':
      return join(`→ ${w.unit(text(d, 'unit'))}`, text(d, 'task'), due('arrive'));
    case 'arrived':
      return join(w.unit(text(d, 'unit')), d['late'] === true ? w.t('moves.lateMark') : '');
    case 'call_refused':
      return join(w.unit(text(d, 'unit')), reason);
    case 'tasked':
      return join(text(d, 'person'), text(d, 'why'));
    case 'urged':
      return join(w.unit(text(d, 'holder')), reason);
    case 'supervised':
      return join(text(d, 'question'), text(d, 'reply_by') === '' ? '' : w.t('moves.replyBy', { t: w.when(text(d, 'reply_by')) }));
    case 'replied':
      return join(text(d, 'answer'), d['late'] === true ? w.t('moves.lateMark') : '');
    case 'rated':
      return join(typeof d['score'] === 'number' ? w.t('moves.score', { n: d['score'] }) : '', text(d, 'rater'));
    case 'appealed':
    case 'appeal_upheld':
      return join(items(d, 'grounds').filter((g) => typeof g === 'string').map((g) => w.label('ground', g)).join('、'), reason);
    case 'appeal_rejected':
      return join(reason, text(d, 'next') === '' ? '' : w.t('moves.pending', { unit: w.unit(text(d, 'next')) }));
    case 'spot_checked':
      return join(w.t(d['genuine'] === true ? 'moves.genuine' : 'moves.notGenuine'), w.unit(text(d, 'unit')), reason);
    case 'merged':
      return join(`→ ${text(d, 'into_number')}`, reason);
    case 'absorbed':
    case 'released':
      return text(d, 'number');
    case 'corrected':
      return correction(d, w);
    case 'handed_over':
      return join(w.t('moves.handedTo', { agency: text(d, 'agency') }), w.t('moves.receipt', { n: text(d, 'receipt') }), text(d, 'rest'));
    case 'recurred':
      return join(w.t('moves.recurrenceOf', { n: text(d, 'number') }), typeof d['count'] === 'number' ? w.t('moves.times', { n: d['count'] }) : '');
    case 'flagged':
      return w.label('flag', text(d, 'flag'));
    default:
      return reason;
  }
}

/** How much a fact should stand out. */
export function toneOf(type: string): '' | 'red' | 'yellow' | 'turn' | 'still' {
  const name = type.replace('incident.', '');
  if (name === 'expired' || name === 'lapsed') return 'red';
  if (name === 'warned') return 'yellow';
  if (['suspension_granted', 'merged', 'handed_over', 'voided'].includes(name)) return 'still';
  return ['returned', 'failed', 'escalated', 'call_refused', 'transferred', 'reopened', 'recurred', 'corrected'].includes(name) ? 'turn' : '';
}
