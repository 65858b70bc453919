/** Runs `task` once after `ms`; the function returned calls it off. */
export type Later = (task: () => void, ms: number) => () => void;

export const later: Later = (task, ms) => {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
};
