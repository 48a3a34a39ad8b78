/** The wall's own short words for codes: it is read from afar, in narrow columns. */
import type { Lamp, Stage } from '@shared/wire';

export const lampWord: Readonly<Record<Lamp, string>> = { green: 'w.lampGreen', yellow: 'w.lampYellow', red: 'w.lampRed', grey: 'w.lampGrey' };
export const stageWord = (s: Stage): string => `w.st_${s}`;
