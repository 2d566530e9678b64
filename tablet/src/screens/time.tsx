// Time: a stretch of work, begun and ended by a tap or typed, on an operation of a Work Order (Job Card) or on a project (Timesheet).

import { app } from "../app";
import { jobCard, operationsOf, timesheet } from "../forms/documents";
import { type Stretch, stretch } from "../forms/worked";
import { day as shownDay, t } from "../i18n";
import { useDraft } from "../parts/draft";
import { Choice, NumberField, TextField } from "../parts/fields";
import { Form, type Lack } from "../parts/finish";
import { Button, Frame, Notice } from "../parts/frame";
import { Picker } from "../parts/picker";
import { itemName } from "../parts/words";
import { now } from "../parts/written";

interface Timing {
  on: "operation" | "project";
  employee: string;
  order: string;
  operation: string;
  project: string;
  activity: string;
  day: string;
  from: string;
  to: string;
  completed: string;
  note: string;
}

const SCREEN = "time";

export function Time() {
  const { rows, people } = app();
  const masters = rows.masters.value;
  const orders = masters.all("work-order").filter((order) => (order.operations?.length ?? 0) > 0);
  const employees = masters.all("employee");
  const user = people.session.value?.user;
  const draft = useDraft<Timing>(SCREEN, () => ({
    on: orders.length > 0 ? "operation" : "project",
    employee: employees.find((row) => row.user_id === user)?.name ?? "",
    order: "",
    operation: "",
    project: "",
    activity: masters.all("activity-type")[0]?.activity_type ?? "",
    day: now().day,
    from: "",
    to: "",
    completed: "",
    note: "",
  }));
  if (!draft) return <Frame title={t("tile.time")}>{null}</Frame>;
  const { value } = draft;
  const set = draft.change;
  const order = orders.find((row) => row.name === value.order);
  const onOperation = value.on === "operation";
  const times = value.day && value.from && value.to ? stretch(value.day, value.from, value.to, now()) : null;
  const worked = { employee: value.employee, from: times?.from ?? "", to: times?.to ?? "" };
  return (
    <Form
      screen={SCREEN}
      title={t("tile.time")}
      draft={draft}
      lacks={lacking(value, times)}
      done="time.done"
      make={() =>
        onOperation
          ? { kind: "job-card", fields: jobCard(value.order, value.operation, worked, value.completed) }
          : { kind: "timesheet", fields: timesheet(worked, value.activity, value.project, value.note) }
      }
      label={{ party: employees.find((row) => row.name === value.employee)?.employee_name }}
    >
      <Choice
        label={t("time.on")}
        value={value.on}
        options={[
          { value: "operation", text: t("time.operation") },
          { value: "project", text: t("time.project") },
        ]}
        onChange={(on) => set({ on })}
      />
      <Picker
        label={t("time.who")}
        value={value.employee}
        picks={employees.map((row) => ({ key: row.name, text: row.employee_name }))}
        onPick={(employee) => set({ employee })}
      />
      {onOperation ? (
        <>
          <Picker
            label={t("time.order")}
            value={value.order}
            picks={orders.map((row) => ({ key: row.name, text: itemName(row.production_item), more: row.name }))}
            onPick={(order) => set({ order, operation: "" })}
          />
          {order && (
            <Choice
              label={t("time.operation")}
              value={value.operation}
              options={operationsOf(order).map((operation) => ({ value: operation, text: operation }))}
              onChange={(operation) => set({ operation })}
            />
          )}
          <NumberField
            label={t("time.completed")}
            steps
            value={value.completed}
            onInput={(completed) => set({ completed })}
          />
        </>
      ) : (
        <>
          <Picker
            label={t("time.project")}
            value={value.project}
            picks={masters.all("project").map((row) => ({ key: row.name, text: row.project_name }))}
            onPick={(project) => set({ project })}
          />
          <Choice
            label={t("time.activity")}
            value={value.activity}
            options={masters.all("activity-type").map((row) => ({ value: row.activity_type, text: row.activity_type }))}
            onChange={(activity) => set({ activity })}
          />
          <TextField label={t("note")} value={value.note} onInput={(note) => set({ note })} />
        </>
      )}
      <div class="buttons">
        <Button
          icon="time"
          kind={value.from ? "plain" : "main"}
          onClick={() => set({ day: now().day, from: now().time, to: "" })}
        >
          {t("time.start")}
        </Button>
        <Button icon="check" disabled={!value.from} onClick={() => set({ to: now().time })}>
          {t("time.stop")}
        </Button>
      </div>
      <TextField label={t("day")} type="date" value={value.day} onInput={(day) => set({ day })} />
      <div class="two">
        <TextField
          label={t("time.from")}
          type="time"
          value={value.from.slice(0, 5)}
          onInput={(from) => set({ from })}
        />
        <TextField label={t("time.to")} type="time" value={value.to.slice(0, 5)} onInput={(to) => set({ to })} />
      </div>
      {times?.nextDay && <Notice kind="good">{t("time.next_day", { day: shownDay(times.nextDay) })}</Notice>}
    </Form>
  );
}

function lacking(value: Timing, times: Stretch | null): Lack | null {
  if (value.employee === "") return "employee";
  if (value.on === "operation" && (value.order === "" || value.operation === "")) return "operation";
  if (value.day === "" || value.from === "" || value.to === "") return "times";
  return times ? null : "times_order";
}
