/** Shows the print buttons, which the server sends hidden: without scripts they could do nothing. */
export function printing(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      window.print();
    });
  }
}
