/** What each command asks of its giver, which key gives it, and in which order they are offered. */
import { escalateCodes, returnCodes, suspendCodes, type Command } from '@shared/wire';

export type FieldKind =
  | 'text' | 'area' | 'unit' | 'lead' | 'branch' | 'units' | 'helpers' | 'choice' | 'matter' | 'criterion' | 'severity' | 'time' | 'limit'
  | 'condition' | 'score' | 'photos' | 'ruling' | 'merge' | 'correction' | 'genuine' | 'agency';

export interface CommandField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  /** Key of the label in `form` or, with a dot, anywhere. */
  readonly label: string;
  /** Of a choice: its codes, and the kind of label that names them. */
  readonly codes?: readonly string[];
  readonly of?: string;
}

/** Commands of one group stand together in the menu. */
export const groups = ['carry', 'decide', 'ask', 'together', 'watch', 'mend', 'note'] as const;
export type Group = (typeof groups)[number];

export interface CommandSpec {
  readonly command: Command;
  readonly key: string | null;
  readonly tone: 'primary' | 'plain' | 'danger';
  readonly group: Group;
  readonly fields: readonly CommandField[];
}

const must = (name: string, kind: FieldKind, label = name): CommandField => ({ name, kind, required: true, label });
const may = (name: string, kind: FieldKind, label = name): CommandField => ({ name, kind, required: false, label });
const choose = (name: string, required: boolean, codes: readonly string[], of: string, label = name): CommandField =>
  ({ name, kind: 'choice', required, label, codes, of });
const reason = must('reason', 'area');
const note = may('note', 'text');
const photos = may('photos', 'photos');

const spec = (
  command: Command, key: string | null, tone: CommandSpec['tone'], group: Group, ...fields: readonly CommandField[]
): CommandSpec => ({ command, key, tone, group, fields });

/** In the order of the workflow: what carries an incident on stands before what holds it up. */
export const specs: readonly CommandSpec[] = [
  spec('confirm', 'v', 'primary', 'carry', note, photos),
  spec('refute', 'n', 'plain', 'carry', reason, photos),
  spec('file', 'f', 'primary', 'carry', must('matter', 'matter'), must('criterion', 'criterion'), may('severity', 'severity'), note),
  spec('decline', 'd', 'plain', 'carry', reason),
  spec('grant-extension', 'g', 'primary', 'decide', note),
  spec('refuse-extension', null, 'plain', 'decide', reason),
  spec('grant-suspension', null, 'primary', 'decide', note),
  spec('refuse-suspension', null, 'plain', 'decide', reason),
  spec('approve-return', null, 'primary', 'decide', note),
  spec('refuse-return', null, 'plain', 'decide', reason),
  spec('uphold-appeal', null, 'primary', 'decide', note),
  spec('reject-appeal', null, 'plain', 'decide', reason),
  spec('dispatch', 'a', 'primary', 'carry', must('unit', 'unit'), may('reason', 'text'), may('helpers', 'helpers'), note),
  spec('conclude-coordination', null, 'primary', 'carry', must('lead', 'lead', 'lead'), may('helpers', 'helpers'), may('ruling', 'ruling'), note),
  spec('accept', 's', 'plain', 'carry', note),
  spec('handle', 'h', 'primary', 'carry', must('result', 'area'), photos),
  spec('arrive', null, 'primary', 'carry', note, photos),
  spec('refuse-call', null, 'plain', 'carry', reason),
  spec('help', null, 'primary', 'carry', must('result', 'area'), photos),
  spec('reply', null, 'primary', 'carry', must('answer', 'area'), photos),
  spec('resume', null, 'primary', 'carry', note),
  spec('pass', 'p', 'primary', 'carry', note, photos),
  spec('fail', 'l', 'plain', 'carry', reason, photos),
  spec('close', 'o', 'primary', 'carry', must('closing_condition_met', 'condition', 'condition'), note),
  spec('return', 'r', 'plain', 'ask', choose('code', true, returnCodes, 'returnCode'), reason, may('clause', 'text'), photos),
  spec('transfer', 't', 'plain', 'carry', must('unit', 'unit'), reason, may('helpers', 'helpers')),
  spec('escalate', 'e', 'plain', 'carry', choose('code', true, escalateCodes, 'escalateCode'), reason),
  spec('assign', 'i', 'plain', 'carry', may('team', 'text', 'moves.team'), may('person', 'text', 'moves.person'), may('reason', 'text')),
  spec('request-extension', 'q', 'plain', 'ask', reason, photos),
  spec('request-suspension', 'z', 'plain', 'ask', choose('code', false, suspendCodes, 'suspendCode', 'moves.whichGround'), must('until', 'time'), reason, photos),
  spec('open-coordination', null, 'plain', 'together', must('units', 'units'), must('question', 'area')),
  spec('call', 'w', 'plain', 'together', must('unit', 'branch', 'moves.branch'), must('task', 'area', 'moves.task'), may('within', 'limit', 'moves.within')),
  spec('reopen', 'y', 'plain', 'carry', reason),
  spec('appeal', null, 'plain', 'ask', reason, photos),
  spec('urge', 'u', 'plain', 'watch', reason),
  spec('supervise', null, 'plain', 'watch', must('question', 'area'), must('reply_by', 'time', 'replyBy')),
  spec('spot-check', null, 'plain', 'watch', must('genuine', 'genuine', 'moves.result'), may('reason', 'area'), photos),
  spec('rate', null, 'plain', 'watch', must('score', 'score'), must('by', 'text')),
  spec('unmerge', null, 'plain', 'mend', reason),
  spec('merge', null, 'plain', 'mend', must('into', 'merge'), may('reason', 'text')),
  spec('correct', null, 'plain', 'mend', must('correction', 'correction', 'moves.correctionKind'), reason),
  spec('hand-over', null, 'plain', 'mend', must('agency', 'agency'), must('receipt', 'text'), may('rest', 'area')),
  spec('view-caller', null, 'plain', 'note', reason),
  spec('comment', 'm', 'plain', 'note', must('text', 'area')),
  spec('attach', null, 'plain', 'note', must('photos', 'photos')),
  spec('void', null, 'danger', 'mend', reason),
];

/** The specs of the commands that the server allows now, in our order; an unknown one is not offered. */
export function offered(allowed: readonly string[]): readonly CommandSpec[] {
  return specs.filter((s) => allowed.includes(s.command));
}

/** Rarely the next move, so that they wait in the menu while there are others. */
const quiet = new Set<Command>([
  'void', 'merge', 'unmerge', 'attach', 'comment', 'correct', 'hand-over', 'supervise', 'view-caller', 'rate', 'spot-check', 'appeal',
]);

/** Those shown at once; the others stand behind 更多. */
export function inFront(all: readonly CommandSpec[], room = 5): { readonly front: readonly CommandSpec[]; readonly rest: readonly CommandSpec[] } {
  const loud = all.filter((s) => !quiet.has(s.command)).slice(0, room);
  // Where little can be done, a remark is no longer a detail.
  const front = loud.length >= 2 ? loud : [...loud, ...all.filter((s) => quiet.has(s.command) && s.tone !== 'danger')].slice(0, 3);
  return { front, rest: all.filter((s) => !front.includes(s)) };
}

/** The commands of a menu by group, in the order of [groups]; what destroys stands last. */
export function grouped(some: readonly CommandSpec[]): readonly (readonly CommandSpec[])[] {
  return groups
    .map((g) => [...some.filter((s) => s.group === g && s.tone !== 'danger'), ...some.filter((s) => s.group === g && s.tone === 'danger')])
    .filter((g) => g.length > 0);
}

/** Commands that make sense for many incidents at once: their fields mean the same for each. */
export const bulkCommands: readonly Command[] = ['dispatch', 'transfer', 'urge', 'accept', 'escalate', 'return', 'pass', 'close', 'comment', 'void'];

/** For each kind of request, how a desk says yes and no. */
export const answers = {
  extension: { yes: 'grant-extension', no: 'refuse-extension' },
  suspension: { yes: 'grant-suspension', no: 'refuse-suspension' },
  return: { yes: 'approve-return', no: 'refuse-return' },
  appeal: { yes: 'uphold-appeal', no: 'reject-appeal' },
} as const satisfies Record<string, { readonly yes: Command; readonly no: Command }>;

export type Values = Readonly<Record<string, unknown>>;

const blank = (v: unknown): boolean => v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0);

/** The names of required fields that are not filled in. */
export function missing(s: CommandSpec, values: Values): readonly string[] {
  const lacking = s.fields.filter((f) => f.required && (f.kind === 'condition' ? values[f.name] !== true : blank(values[f.name]))).map((f) => f.name);
  // Inside a unit it goes to a team or to a person; either will do.
  if (s.command === 'assign' && blank(values['team']) && blank(values['person'])) return ['team'];
  // A look that found nothing put right says what it saw.
  if (s.command === 'spot-check' && values['genuine'] === false && blank(values['reason'])) return [...lacking, 'reason'];
  return lacking;
}

/** What a correction changes; its field and value stand in the body side by side. */
export interface Correction {
  readonly field: string;
  readonly value: unknown;
}
const isCorrection = (v: unknown): v is Correction => typeof v === 'object' && v !== null && 'field' in v && 'value' in v;

/** The body of the command: what was filled in, and nothing else. */
export function body(s: CommandSpec, values: Values): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const f of s.fields) {
    const v = values[f.name];
    if (blank(v)) continue;
    if (f.kind === 'correction') {
      if (isCorrection(v)) Object.assign(out, { field: v.field, value: v.value });
    } else out[f.name] = typeof v === 'string' ? v.trim() : v;
  }
  return out;
}
