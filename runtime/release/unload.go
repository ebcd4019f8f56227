package release

import (
	"context"

	"hotshard/runtime/script/code"
)

// Unload takes a module, named as scripts do or by its file, out of the running
// shard: what deleting or emptying its file does not do by itself.
func (c *Controller) Unload(ctx context.Context, module, author string) Outcome {
	leave, err := c.enter(ctx)
	if err != nil {
		return c.barred(err, author, "unload "+module)
	}
	defer leave()
	path := code.ModulePath(module)
	if c.disk.Files[module] != nil { // also what no script could require, such as "chat.old.lua"
		path = module
	}
	if err := c.frozenOrBusy(module); err != nil {
		return c.tell(refused(err), author, "unload "+module)
	}
	if c.disk.Files[path] == nil {
		return c.tell(refused(&code.Refusal{Code: code.RLoad, Subject: module, File: path, Message: "is not part of the release; reload status lists what is"}), author, "unload "+module)
	}
	o := c.tryDisk(ctx, map[string][]byte{path: nil}, author, "unload "+module, Batch{})
	if o.Verdict == Refuse {
		c.intake.forget(map[string][]byte{path: nil})
	}
	return c.tell(o, author, "unload "+module)
}

func (c *Controller) frozenOrBusy(subject string) error {
	if err := c.freeze.refuse(subject); err != nil {
		return err
	}
	return c.canaries.busy(subject, "")
}
