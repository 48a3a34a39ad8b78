/**
 * The supervisor's figures in a real browser against the real program: one incident is
 * done twice and its rework exempted, and the statistics say so in both readings, down to
 * who upheld the appeal. Every number leads to as many facts as it says, every view has
 * its table, the paper has what the screen has, and the catalogue explains it all. axe
 * looks at every page.
 */
import type { APIRequestContext, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { violations } from './axe';
import { picture } from './pictures';
import { Stage } from './stage';

const office = '440114002-S01';
const street = '440114002';
const stage = Stage.up();
let page: Page;
let made: { readonly id: string; readonly number: string };


async function give(by: APIRequestContext, command: string, data: object = {}): Promise<void> {
  const answer = await by.post(`/api/v1/incidents/${made.id}/commands/${command}`, { data });
  expect(answer.status(), `${command}: ${await answer.text()}`).toBe(200);
}
/** A number as a page writes it. */
const read = (text: string | null): number => Number((text ?? '').replaceAll(/[^\d]/g, ''));

describe.sequential('the statistics', () => {
  test('a rework is exempted, as it happens', async () => {
    const [inspector, handler, desk] = [await stage.requestsAs('inspector'), await stage.requestsAs('handler'), await stage.requestsAs('street')];
    const cell: { geometry: { coordinates: [number, number][][] } } = await (await inspector.get('/api/v1/grid/cells/440114002002')).json();
    const ring = cell.geometry.coordinates[0] ?? [];
    const mean = (k: 0 | 1): number => ring.reduce((sum, p) => sum + p[k], 0) / ring.length;
    const answer = await inspector.post('/api/v1/incidents', {
      data: {
        source: 'inspector', matter: { scheme: 'gb47678.5-2026', kind: 'matter', code: '07003' }, criterion: 'gb47678.5-2026/matter/07003/1', description: '药店门头招牌松动。',
        location: { lng: mean(0), lat: mean(1), crs: 'wgs84', address: '桂花路口' },
      },
    });
    expect(answer.status(), await answer.text()).toBe(201);
    made = await answer.json();
    await expect.poll(async () => ((await (await handler.get(`/api/v1/incidents/${made.id}`)).json()) as { holder: { unit: string } | null }).holder?.unit, { timeout: 20_000 }).toBe(office);
    await give(handler, 'accept');
    await give(handler, 'handle', { result: '已加固。' });
    await give(inspector, 'fail', { reason: '仍有松动。' });
    await give(handler, 'handle', { result: '已更换支架。' });
    await give(inspector, 'pass');
    await give(desk, 'close', { closing_condition_met: true });
    await give(handler, 'appeal', { reason: '支架到货延误。' });
    await give(desk, 'uphold-appeal');
  });

  test('every street stands there with both readings, and axe finds nothing', async () => {
    page = await stage.windowAs('supervisor');
    await page.getByRole('navigation').first().getByRole('link', { name: '统计', exact: true }).click();
    const table = page.getByRole('region', { name: '统计表（街镇）' });
    await table.getByRole('row').filter({ hasText: '花城街道' }).waitFor();
    expect(await table.locator('tbody tr').count()).toBeGreaterThanOrEqual(10);
    await page.getByText(/^数据截至 /).waitFor();
    expect.soft(await violations(page), 'axe on the statistics').toEqual([]);
  });

  test('an exemption leads to who upheld it, when and why, and on to the fact', async () => {
    const groups = page.getByRole('group', { name: '指标组' });
    await groups.getByRole('button', { name: '质量' }).click();
    await groups.getByRole('button', { name: '时限' }).click();
    const row = page.getByRole('region', { name: '统计表（街镇）' }).locator('tbody tr').filter({ hasText: '花城街道' });
    await row.getByRole('button', { name: /返工率 不计 1 / }).click();
    const facts = page.getByRole('dialog');
    await facts.getByText('共 1 条事实').waitFor();
    await facts.getByText(/花城街道指挥中心 · street 于 .* 批准/).waitFor();
    await facts.getByText('支架到货延误。').waitFor();
    expect.soft(await violations(page), 'axe on the facts').toEqual([]);
    await facts.getByRole('link', { name: /^批准事实 存证序号/ }).click();
    await page.getByRole('heading', { name: '办理过程' }).waitFor();
    await page.locator('li.meant').getByText('申诉成立').waitFor();
    await page.goBack();
    await facts.getByRole('button', { name: '关闭' }).click();
    await facts.waitFor({ state: 'detached' });
  });

  test('a number has as many facts as it says, page after page', async () => {
    await page.goto('/statistics?columns=volume&ground=now');
    const figure = page.getByRole('region', { name: '统计表（街镇）' }).locator('tfoot').getByRole('button', { name: /上报数/ });
    const says = read(await figure.textContent());
    expect(says).toBeGreaterThan(100);
    await figure.click();
    const facts = page.getByRole('dialog');
    // The district works on while it is read: more may have come, never fewer.
    const total = read(await facts.getByText(/^共 .* 条事实$/).textContent());
    expect(total).toBeGreaterThanOrEqual(says);
    expect(await facts.getByRole('listitem').count()).toBe(50);
    await facts.getByRole('button', { name: '再载入 50 条' }).click();
    await expect.poll(() => facts.getByRole('listitem').count()).toBe(100);
    await page.keyboard.press('Escape');
    await facts.waitFor({ state: 'detached' });
  });

  test('the address is the question: grouped, sorted, filtered, and back', async () => {
    await page.goto('/statistics');
    await page.getByRole('group', { name: '分组' }).getByRole('button', { name: '单位' }).click();
    const table = page.getByRole('region', { name: '统计表（单位）' });
    await table.getByRole('button', { name: '按“按期处置率 中位”排序' }).click();
    await page.waitForURL(/by=unit.*sort=-handled_on_time%3Amedian|by=unit.*sort=-handled_on_time:median/);
    await expect.poll(() => table.locator('th[aria-sort="descending"]').count()).toBe(1);
    await page.goto('/statistics');
    await page.getByRole('button', { name: '花城街道', exact: true }).click();
    await page.waitForURL(new RegExp(`by=community.*street=${street}`));
    await page.getByRole('region', { name: '统计表（村居）' }).getByRole('row').filter({ hasText: '桂花' }).first().waitFor();
    await page.getByRole('button', { name: '去掉筛选 花城街道' }).waitFor();
    await page.goBack();
    await page.getByRole('region', { name: '统计表（街镇）' }).waitFor();
  });

  test('every chart says what it shows, has its table, and passes axe, in the dark and in English too', async () => {
    const charts = page.getByRole('region', { name: '图表' });
    for (const [tab, label] of [['地图', /按街镇着色/], ['趋势', /与去年同期相比/]] as const) {
      await charts.getByRole('button', { name: tab }).click();
      await charts.getByRole('img', { name: label }).waitFor();
      expect.soft(await violations(page), `axe on ${tab}`).toEqual([]);
    }
    await charts.getByRole('button', { name: '以表格查看' }).last().click();
    await charts.getByRole('columnheader', { name: '去年同期' }).waitFor();
    await charts.getByRole('button', { name: '热力表' }).click();
    expect(await charts.getByRole('region', { name: '热力表' }).locator('tbody tr').count()).toBeGreaterThanOrEqual(10);
    await page.goto('/statistics?chart=heat&without=compare');
    await charts.getByRole('region', { name: '热力表' }).waitFor();
    await picture(page, 'statistics');
    await page.evaluate(() => localStorage.setItem('gridcommand.theme', 'dark'));
    await page.goto('/statistics?chart=heat&by=day&lang=en');
    await page.getByRole('region', { name: 'Statistics (by Day)' }).waitFor();
    expect.soft(await violations(page), 'axe in the dark, in English').toEqual([]);
    await page.evaluate(() => localStorage.setItem('gridcommand.theme', 'light'));
  });

  test('on paper it is light, has every column, and what was asked', async () => {
    await page.goto('/statistics?columns=time,quality&lang=zh');
    const table = page.getByRole('region', { name: '统计表（街镇）' });
    await table.waitFor();
    expect(await table.getByRole('table').count()).toBe(1);
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => table.getByRole('table').count()).toBeGreaterThan(2);
    await page.getByText(/ 至 .* · 按街镇 · 按当时网格/).waitFor();
    const paper = await page.pdf({ preferCSSPageSize: true });
    expect(Number(/\/Count (\d+)/.exec(paper.toString('latin1'))?.[1]), 'pages').toBeGreaterThan(1);
    await page.emulateMedia({ media: 'screen' });
    await expect.poll(() => table.getByRole('table').count()).toBe(1);
  });

  test('the catalogue explains every indicator and leads to its facts', async () => {
    await page.getByRole('link', { name: '指标目录' }).click();
    await page.getByRole('heading', { name: '等级分界' }).waitFor();
    const row = page.locator('#handled_on_time');
    await row.getByText('按期处置数 ÷ 应处置数').waitFor();
    expect.soft(await violations(page), 'axe on the catalogue').toEqual([]);
    await row.getByRole('button', { name: /分母/ }).click();
    await page.getByRole('dialog').getByText(/^共 .* 条事实$/).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox', { name: '查找指标' }).fill('return_rate');
    expect(await page.locator('tbody tr').count()).toBe(1);
  });

  test('nobody complained', () => {
    expect(stage.watch.complaints).toEqual([]);
    expect([...stage.watch.hosts]).toEqual(['127.0.0.1']);
    expect(stage.program.talk()).not.toMatch(/level=ERROR/);
  });
});
