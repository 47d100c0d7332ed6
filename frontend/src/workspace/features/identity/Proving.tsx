/** Says why the button takes a moment: nobody is asked to read crooked letters. */
export function Proving({ progress }: { progress: number | undefined }) {
  return (
    <p role="status" className="proving">
      {progress === undefined ? null : (
        <>
          正在自动完成人机验证，不用您操作
          <progress value={progress} max={1} aria-label="人机验证" />
        </>
      )}
    </p>
  );
}
