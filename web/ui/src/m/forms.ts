/** What the phone asks for each command: few fields, most of them a tap. */

export interface Field {
  /** Its name in the body. */
  readonly name: string;
  readonly kind: 'text' | 'choice' | 'until';
  readonly required: boolean;
  /** Choices, as codes of the label group. */
  readonly options?: readonly string[];
  readonly group?: string;
}

export interface Form {
  readonly command: string;
  readonly tone: 'good' | 'bad' | 'plain';
  /** One of the two buttons under the thumb; the others are a tap further. */
  readonly first: boolean;
  readonly fields: readonly Field[];
  readonly photos: boolean;
  /** Kind of phrases offered beside the text. */
  readonly phrases?: string;
}

const text = (name: string, required = true): Field => ({ name, kind: 'text', required });

export const forms: readonly Form[] = [
  { command: 'confirm', tone: 'good', first: true, fields: [text('note', false)], photos: true },
  { command: 'refute', tone: 'bad', first: true, fields: [text('reason')], photos: true, phrases: 'refute' },
  { command: 'pass', tone: 'good', first: true, fields: [text('note', false)], photos: true },
  { command: 'fail', tone: 'bad', first: true, fields: [text('reason')], photos: true, phrases: 'rework' },
  { command: 'handle', tone: 'good', first: true, fields: [text('result')], photos: true, phrases: 'result' },
  { command: 'accept', tone: 'plain', first: true, fields: [], photos: false },
  { command: 'help', tone: 'good', first: true, fields: [text('result')], photos: true },
  { command: 'reply', tone: 'plain', first: false, fields: [text('answer')], photos: true },
  {
    command: 'return', tone: 'bad', first: false, photos: true, phrases: 'return',
    fields: [
      {
        name: 'code', kind: 'choice', required: true, group: 'returnCode',
        options: ['not_our_duty', 'misdispatched', 'wrong_place', 'owner_elsewhere', 'duplicate', 'needs_support'],
      },
      text('reason'), text('clause', false),
    ],
  },
  {
    command: 'escalate', tone: 'plain', first: false, photos: true, phrases: 'escalate',
    fields: [
      { name: 'code', kind: 'choice', required: true, group: 'escalateCode', options: ['beyond_power', 'needs_enforcement', 'cross_area', 'funds', 'not_ours'] },
      text('reason'),
    ],
  },
  { command: 'request-extension', tone: 'plain', first: false, fields: [text('reason')], photos: true, phrases: 'extension' },
  {
    command: 'request-suspension', tone: 'plain', first: false, photos: true, phrases: 'suspension',
    fields: [
      { name: 'until', kind: 'until', required: true },
      {
        name: 'code', kind: 'choice', required: false, group: 'suspendCode',
        options: ['litigation', 'planned', 'assessment', 'transfer', 'season', 'expropriation', 'criminal_case', 'permit'],
      },
      text('reason'),
    ],
  },
  { command: 'resume', tone: 'plain', first: false, fields: [text('note', false)], photos: false },
  { command: 'appeal', tone: 'plain', first: false, fields: [text('reason')], photos: true, phrases: 'appeal' },
  { command: 'comment', tone: 'plain', first: false, fields: [text('text')], photos: true },
  { command: 'attach', tone: 'plain', first: false, fields: [text('note', false)], photos: true },
];

/** The forms of what may be done now, those under the thumb first. */
export function offered(allowed: readonly string[]): { readonly first: readonly Form[]; readonly more: readonly Form[] } {
  const open = forms.filter((f) => allowed.includes(f.command));
  const thumb = open.filter((f) => f.first).slice(0, 2);
  return { first: thumb, more: open.filter((f) => !thumb.includes(f)) };
}

export type Values = Readonly<Record<string, string>>;

/** The fields that are still empty though they must not be. Photos alone are what `attach` is for. */
export function lackingFields(f: Form, values: Values): readonly string[] {
  return f.fields.filter((x) => x.required && (values[x.name] ?? '').trim() === '').map((x) => x.name);
}

/** The body of the command. A day ends when its working time does: 18:00 in China. */
export function bodyOf(f: Form, values: Values): Readonly<Record<string, string>> {
  const body: Record<string, string> = {};
  for (const x of f.fields) {
    const v = (values[x.name] ?? '').trim();
    if (v !== '') body[x.name] = x.kind === 'until' ? `${v}T18:00:00+08:00` : v;
  }
  return body;
}
