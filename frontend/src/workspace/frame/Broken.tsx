import { Button, Result } from "antd";

/** A fault in the program itself, or a chunk of an older release that is gone. */
export function Broken() {
  return (
    <main>
      <Result
        status="warning"
        title={<h1>页面出错了</h1>}
        subTitle="可能是平台刚刚更新。请刷新；仍然出错请联系主办单位。"
        extra={
          <Button
            type="primary"
            onClick={() => {
              window.location.reload();
            }}
          >
            刷新
          </Button>
        }
      />
    </main>
  );
}
