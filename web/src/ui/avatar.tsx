/** The first letter of a name in a disc. */
export function Avatar({ name }: { name: string }) {
  return (
    <span class="avatar" aria-hidden="true">
      {[...name][0] ?? '·'}
    </span>
  );
}
