/** Elements, of text and of each other: what comes from a task never becomes markup. */

export const element = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: ReadonlyArray<Node | string>
): HTMLElementTagNameMap[Name] => {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
};

/** One that the page's markup has. */
export const found = <E extends Element = HTMLElement>(selector: string): E => {
  const element = document.querySelector<E>(selector);
  if (element === null) throw new Error(`The page has no ${selector}`);
  return element;
};

export interface Bar {
  readonly element: HTMLElement;
  /** Shares of 100. */
  readonly show: (fill: number, failed?: number) => void;
  /** Marks what nobody saw, from one share to another. */
  readonly mark: (from: number, to: number) => void;
}

export const bar = (label: string): Bar => {
  const fill = element('span', 'fill');
  const failed = element('span', 'fill failed');
  const gap = element('span', 'gap');
  const whole = element('span', 'bar', failed, fill, gap);
  whole.setAttribute('role', 'progressbar');
  whole.setAttribute('aria-label', label);
  whole.setAttribute('aria-valuemin', '0');
  whole.setAttribute('aria-valuemax', '100');
  whole.setAttribute('aria-valuenow', '0');
  return {
    element: whole,
    show: (share, failedShare = 0) => {
      fill.style.transform = `scaleX(${(share - failedShare) / 100})`;
      failed.style.transform = `scaleX(${share / 100})`;
      whole.setAttribute('aria-valuenow', String(Math.round(share)));
    },
    mark: (from, to) => {
      gap.style.left = `${from}%`;
      gap.style.width = `${Math.max(0, to - from)}%`;
    },
  };
};
