/** What every chart here shares: one picture that follows its box, the theme and the printer, in the tokens of the page. */
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue';
import { dark } from '../../theme';
import { printing } from './printing';

// Drawn as SVG: sharp on paper, and as light as what it shows.
use([GridComponent, TooltipComponent, AriaComponent, SVGRenderer]);

export interface Inks {
  readonly color: (token: string) => string;
  readonly font: string;
}
function inks(): Inks {
  const style = getComputedStyle(document.documentElement);
  return { color: (token) => style.getPropertyValue(`--${token}`).trim(), font: style.getPropertyValue('--font').trim() };
}

/** Draws what `option` gives, again whenever it changes; a click tells which point was meant. */
export function useChart(host: Readonly<Ref<HTMLElement | null>>, option: (i: Inks) => EChartsCoreOption, pick?: (index: number) => void): void {
  let chart: EChartsType | null = null;
  let watcher: ResizeObserver | null = null;
  const draw = (): void => void chart?.setOption({ animation: false, ...option(inks()) }, true);
  onMounted(() => {
    if (host.value === null) return;
    chart = init(host.value, null, { renderer: 'svg' });
    if (pick !== undefined) chart.on('click', (e) => pick(e.dataIndex));
    draw();
    watcher = new ResizeObserver(() => chart?.resize());
    watcher.observe(host.value);
  });
  watch([() => option(inks()), dark, printing], () => {
    chart?.resize();
    draw();
  }, { flush: 'post' });
  onBeforeUnmount(() => {
    watcher?.disconnect();
    chart?.dispose();
  });
}

/** The parts of an option that look alike everywhere. */
export function tooltipOf(i: Inks, words: (index: number) => readonly string[]): EChartsCoreOption {
  return {
    trigger: 'axis', confine: true, backgroundColor: i.color('surface'), borderColor: i.color('line'), padding: [6, 10],
    axisPointer: { type: 'shadow', shadowStyle: { color: i.color('accent-soft'), opacity: 0.5 } },
    textStyle: { color: i.color('ink-1'), fontFamily: i.font, fontSize: 12 },
    formatter: (x: unknown) => {
      const first = Array.isArray(x) ? x[0] : x;
      const k = typeof first === 'object' && first !== null && 'dataIndex' in first && typeof first.dataIndex === 'number' ? first.dataIndex : -1;
      const box = document.createElement('div');
      for (const [n, line] of words(k).entries()) {
        const p = document.createElement('div');
        p.textContent = line;
        if (n === 0) p.style.fontWeight = '600';
        box.append(p);
      }
      return box;
    },
  };
}
export const axisText = (i: Inks, token: string) => ({ color: i.color(token), fontFamily: i.font, fontSize: 12 });
/** A scale that begins at nothing, or where a line of rates would be lost at the top, lower than the least; percent of a whole ends at a hundred. */
export const scaleOf = (i: Inks, percent: boolean, { least = 0, whole = true }: { readonly least?: number; readonly whole?: boolean } = {}) => ({
  type: 'value' as const, min: least, ...(percent && whole ? { max: 100, interval: least >= 80 ? 5 : least >= 50 ? 10 : 25 } : { splitNumber: 4, ...(percent ? {} : { minInterval: 1 }) }),
  axisLabel: { ...axisText(i, 'ink-3'), formatter: percent ? '{value}%' : '{value}' }, splitLine: { lineStyle: { color: i.color('line') } },
});
