/** What each command about a ticket asks of its giver, and which key gives it. Which ones may be given, the server says. */
import { decisions, ratings, resolutions, type TicketDetail } from '../../hotline';

export type TicketValues = Readonly<Record<string, unknown>>;
export interface TicketField {
  readonly name: string;
  readonly kind: 'text' | 'area' | 'choice' | 'yesno' | 'tick' | 'time' | 'person';
  /** Key of the label under `hotline`. */
  readonly label: string;
  readonly max?: number;
  readonly codes?: readonly string[];
  /** Kind of label that names the codes. */
  readonly of?: string;
  /** Labels of yes and no, under `hotline`. */
  readonly yes?: string;
  readonly no?: string;
  /** What ready sentences it takes. */
  readonly phrases?: 'reply' | 'city' | 'contact';
  readonly hint?: string;
  required(v: TicketValues): boolean;
  shown(v: TicketValues): boolean;
}
export interface TicketSpec {
  readonly command: string;
  readonly key: string | null;
  readonly tone: 'primary' | 'plain';
  /** Where it is done: by a form under the buttons, at once, or in a part of the page that is its own. */
  readonly how: 'form' | 'once' | 'contact' | 'link';
}

/** In the order of the ticket's way. */
const specs: readonly TicketSpec[] = [
  { command: 'sign', key: 's', tone: 'primary', how: 'once' },
  { command: 'contact', key: 'l', tone: 'plain', how: 'contact' },
  { command: 'link', key: 'g', tone: 'plain', how: 'link' },
  { command: 'reply', key: 'r', tone: 'primary', how: 'form' },
  { command: 'review', key: 'v', tone: 'primary', how: 'form' },
  { command: 'callback', key: 'b', tone: 'primary', how: 'form' },
  { command: 'redo', key: 'y', tone: 'primary', how: 'form' },
  { command: 'return', key: 't', tone: 'plain', how: 'form' },
  { command: 'rule', key: 'u', tone: 'plain', how: 'form' },
];

export function offeredFor(allowed: readonly string[]): readonly TicketSpec[] {
  return specs.filter((s) => allowed.includes(s.command));
}
/** Whether a command is given by a form under the buttons. */
export const hasForm = (command: string | null): boolean => specs.some((s) => s.command === command && s.how === 'form');
export const ticketKeys = specs.flatMap((s) => (s.key === null ? [] : [[s.key, s.command] as const]));

const always = (): boolean => true;
const never = (): boolean => false;
const field = (name: string, kind: TicketField['kind'], more: Partial<TicketField> = {}): TicketField =>
  ({ name, kind, label: name, required: always, shown: always, ...more });

/** The fields of a command's form, for the ticket as it stands. */
export function fieldsOf(command: string, t: Pick<TicketDetail, 'stage' | 'redo'>): readonly TicketField[] {
  switch (command) {
    case 'reply':
      return [
        field('to_caller', 'area', { label: 'toCaller', max: 4000, phrases: 'reply', hint: 'toCallerHint' }),
        field('to_city', 'area', { label: 'toCity', max: 4000, phrases: 'city', hint: 'toCityHint' }),
        field('resolution', 'choice', { label: 'resolution', codes: resolutions, of: 'resolution' }),
      ];
    case 'review':
      return [
        field('pass', 'yesno', { label: 'reviewResult', yes: 'reviewPass', no: 'reviewBack' }),
        field('reason', 'area', { label: 'rewriteReason', max: 1000, required: (v) => v['pass'] === false, shown: (v) => v['pass'] === false }),
      ];
    case 'return':
      return [field('reason', 'area', { label: 'returnReason', max: 1000, hint: 'returnHint' })];
    case 'rule': {
      const moves = (v: TicketValues): boolean => v['decision'] === 'moved';
      return [
        field('decision', 'choice', { label: 'decision', codes: t.stage === 'returning' ? decisions : ['moved'], of: 'decision' }),
        field('due_at', 'time', { label: 'newDue', required: moves, shown: moves, hint: 'newDueHint' }),
        field('number', 'text', { label: 'rulingNumber', max: 64, required: never }),
        field('reason', 'area', { label: 'rulingReason', max: 1000, required: never }),
      ];
    }
    case 'callback': {
      const bad = (v: TicketValues): boolean => v['result'] === 'not_satisfied';
      return [
        field('result', 'choice', { label: 'callbackResult', codes: ratings, of: 'rating' }),
        field('for_cause', 'tick', { label: 'forCause', required: never, shown: bad }),
        field('note', 'area', { label: 'callbackNote', max: 1000, required: never }),
      ];
    }
    case 'redo':
      return t.redo !== null && t.redo.approved === null
        ? [
            field('approve', 'yesno', { label: 'redoDecision', yes: 'redoApprove', no: 'redoRefuse' }),
            field('reason', 'area', { label: 'redoWhyNot', max: 1000, required: (v) => v['approve'] === false, shown: (v) => v['approve'] === false }),
          ]
        : [
            field('person', 'person', { label: 'redoPerson', max: 64, hint: 'redoPersonHint' }),
            field('reason', 'area', { label: 'redoReason', max: 1000 }),
          ];
    default:
      return [];
  }
}

const blank = (v: unknown): boolean => v === undefined || v === null || (typeof v === 'string' && v.trim() === '');

/** The names of required fields that are not filled in. */
export function lackingIn(fields: readonly TicketField[], values: TicketValues): readonly string[] {
  return fields.filter((f) => f.shown(values) && f.required(values) && blank(values[f.name])).map((f) => f.name);
}

/** The body of the command: what is asked and was filled in, and nothing else. A time without a zone is the district's. */
export function bodyFor(fields: readonly TicketField[], values: TicketValues): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const f of fields) {
    const v = values[f.name];
    if (!f.shown(values) || blank(v) || (f.kind === 'tick' && v !== true)) continue;
    out[f.name] = f.kind === 'time' && typeof v === 'string' ? `${v.length === 16 ? `${v}:00` : v}+08:00` : typeof v === 'string' ? v.trim() : v;
  }
  return out;
}
