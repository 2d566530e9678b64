// Yes or no, with what it is about beside it.

interface TickProps {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

export function Tick({ label, on, onChange }: TickProps) {
  return (
    <label class="tick">
      <input type="checkbox" checked={on} onChange={(event) => onChange((event.target as HTMLInputElement).checked)} />
      {label}
    </label>
  );
}
