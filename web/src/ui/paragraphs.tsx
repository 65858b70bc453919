import { Component } from 'preact';
import { useRef } from 'preact/hooks';

/** So many complete paragraphs are drawn together, once. */
const kPerBlock = 32;

/**
 * A text that grows at its end. Its paragraphs are laid out each for itself, and what is complete is not looked at again: what one
 * more piece costs does not depend on how long the text is. Selecting and copying give the text as it is.
 */
export function Paragraphs({ text }: { text: string }) {
  const drawn = useRef<Drawn>(kNothing);
  // Text that does not go on where it was, after a restart, is drawn anew.
  const before = text.startsWith(drawn.current.text) ? drawn.current : kNothing;
  const lines = text.slice(before.end).split('\n');
  const blocks = [...before.blocks];
  let end = before.end;
  while (lines.length > kPerBlock) {
    const complete = lines.splice(0, kPerBlock);
    end += complete.reduce((sum, line) => sum + line.length + 1, 0);
    blocks.push(complete);
  }
  drawn.current = { text, blocks, end };
  return (
    <>
      {blocks.map((block, index) => (
        <Block key={`block ${index}`} lines={block} />
      ))}
      {lines.map((line, index) => paragraph(index < lines.length - 1 ? `${line}\n` : line, index))}
    </>
  );
}

interface Drawn {
  text: string;
  blocks: readonly (readonly string[])[];
  /** Where in the text the blocks end. */
  end: number;
}
const kNothing: Drawn = { text: '', blocks: [], end: 0 };

const paragraph = (text: string, key: number) => (
  <span key={key} class="paragraph">
    {text}
  </span>
);

class Block extends Component<{ lines: readonly string[] }> {
  override shouldComponentUpdate({ lines }: { lines: readonly string[] }): boolean {
    return lines !== this.props.lines;
  }

  override render() {
    return <span class="paragraph">{this.props.lines.map((line, index) => paragraph(`${line}\n`, index))}</span>;
  }
}
