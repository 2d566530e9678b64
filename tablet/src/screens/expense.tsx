// Petty expenses: what it was, how much, by which money.

import { app } from "../app";
import { number } from "../forms/cart";
import { type Expense, expense } from "../forms/documents";
import { inCoins } from "../forms/pay";
import { t } from "../i18n";
import { useActing } from "../parts/acting";
import { useDraft } from "../parts/draft";
import { Choice, NumberField, TextField } from "../parts/fields";
import { Button, Frame, Notice } from "../parts/frame";
import { ModeChoice } from "../parts/mode";
import { goInstead } from "../parts/place";
import { submitWritten } from "../parts/written";

const SCREEN = "expense";

export function ExpenseScreen() {
  const { act, failed } = useActing();
  const masters = app().rows.masters.value;
  const accounts = masters.all("account").filter((row) => !!row.is_expense && !row.disabled);
  const draft = useDraft<Expense>(SCREEN, () => ({
    account: accounts.length === 1 ? (accounts[0]?.name ?? "") : "",
    mode_of_payment: masters.modes()[0]?.mode_of_payment ?? "",
    amount: "",
    user_remark: "",
    bill_no: "",
  }));
  if (!draft) return <Frame title={t("tile.expense")}>{null}</Frame>;
  const { value } = draft;
  const set = draft.change;
  const lacks = !number(value.amount).isPositive()
    ? "amount"
    : !inCoins([value.amount], masters.precision)
      ? "coins"
      : value.account === ""
        ? "account"
        : null;
  const finish = async () => {
    if (lacks) return;
    const entry = await submitWritten(
      SCREEN,
      draft,
      (when) => ({ kind: "journal-entry", fields: expense(value, masters, when) }),
      { party: value.user_remark.trim(), total: `${number(value.amount)}` },
    );
    goInstead("document", entry.id);
  };
  return (
    <Frame
      title={t("tile.expense")}
      failed={failed}
      actions={
        <Button kind="main" icon="check" disabled={lacks !== null} onClick={() => act(finish)}>
          {t("expense.done")}
        </Button>
      }
    >
      {accounts.length === 0 && <Notice kind="warn">{t("expense.no_accounts")}</Notice>}
      <NumberField label={t("amount")} value={value.amount} onInput={(amount) => set({ amount })} />
      <Choice
        label={t("expense.for")}
        value={value.account}
        options={accounts.map(({ name }) => ({ value: name, text: name.replace(/ - [^-]+$/, "") }))}
        onChange={(account) => set({ account })}
      />
      <TextField label={t("expense.what")} value={value.user_remark} onInput={(user_remark) => set({ user_remark })} />
      <TextField label={t("expense.bill_no")} value={value.bill_no} onInput={(bill_no) => set({ bill_no })} />
      <ModeChoice mode={value.mode_of_payment} onChange={(mode_of_payment) => set({ mode_of_payment })} />
      {lacks && <Notice kind="warn">{t(`lacks.${lacks}`)}</Notice>}
    </Frame>
  );
}
