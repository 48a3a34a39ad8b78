/** What people at a desk do in the console: log in, find an incident, give a command. */
import type { Locator, Page } from 'playwright-core';

export async function logIn(page: Page, path: string, name: string, password: string): Promise<void> {
  await page.goto(path);
  await page.getByLabel('账号').fill(name);
  await page.getByLabel(/^密码/).fill(password);
  await page.getByRole('button', { name: '登录' }).click();
}

/** Finds it by its number in the list and opens its page. */
export async function openIncident(page: Page, number: string): Promise<void> {
  await page.getByRole('searchbox').fill(number);
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('row').filter({ hasText: number.slice(-10) }).dblclick();
  await page.getByRole('heading', { name: '办理过程' }).waitFor();
}

export type Field =
  | { readonly kind: 'choice'; readonly label: string; readonly value: string }
  | { readonly kind: 'text'; readonly label: string; readonly value: string }
  | { readonly kind: 'unit'; readonly label: string; readonly value: string }
  | { readonly kind: 'tick'; readonly label: string };

/** Presses the button of a command, fills in its form and sends it. */
export async function give(page: Page, command: string, ...fields: readonly Field[]): Promise<void> {
  await page.getByRole('region', { name: '可办操作' }).getByRole('button', { name: command }).click();
  await sendForm(page, command, fields);
}

/** Dispatches to a unit of one's own choice, where another may be suggested. */
export async function dispatch(page: Page, unit: string, reason: string): Promise<void> {
  await page.getByRole('button', { name: '其他可达单位' }).or(page.getByRole('button', { name: '派遣', exact: true })).click();
  await sendForm(page, '派遣', [{ kind: 'unit', label: '派往单位', value: unit }, { kind: 'text', label: '原因', value: reason }]);
}

async function sendForm(page: Page, command: string, fields: readonly Field[]): Promise<void> {
  const place = page.getByRole('region', { name: '可办操作' });
  const form = place.getByRole('form', { name: command });
  for (const f of fields) await fill(form, f);
  await form.getByRole('button', { name: command, exact: true }).click();
  await form.waitFor({ state: 'detached' });
}

async function fill(form: Locator, f: Field): Promise<void> {
  switch (f.kind) {
    case 'choice':
      await form.getByLabel(f.label, { exact: true }).selectOption({ label: f.value });
      return;
    case 'text':
      await form.getByRole('textbox', { name: f.label }).fill(f.value);
      return;
    case 'unit':
      await form.getByRole('combobox', { name: f.label }).fill(f.value);
      await form.getByRole('option').first().click();
      await form.getByRole('listbox').waitFor({ state: 'hidden' });
      return;
    case 'tick':
      await form.getByRole('checkbox', { name: f.label }).check();
      return;
  }
}
