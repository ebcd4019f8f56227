package gate

import (
	"encoding/binary"

	"hotshard/runtime/gate/peer"
	"hotshard/runtime/gate/wire"
)

// By which kind a refusal counts that was answered, by its code. What is refused for its
// number is counted where that is known.
var answered = map[string]peer.Refusal{
	wire.CodeBadRequest: peer.BadRequest, wire.CodeNotSignedIn: peer.OutOfOrder, wire.CodeSignedIn: peer.OutOfOrder,
	wire.CodeBadCredentials: peer.BadCredentials, wire.CodeBadToken: peer.BadToken, wire.CodeBanned: peer.Banned, wire.CodeBusy: peer.Busy,
}

// Codes that are counted elsewhere, or are no fault of whoever asked.
var uncounted = map[string]bool{wire.CodeRateLimited: true, wire.CodeInternal: true}

// turnedOut is by which kind a connection counts that was closed, by the code.
var turnedOut = map[string]peer.Refusal{
	wire.ClosingCrowded: peer.Crowded, wire.ClosingLoginTimeout: peer.LoginTimeout, wire.ClosingIdle: peer.Idle, wire.ClosingTooSlow: peer.TooSlow,
	wire.ClosingRateLimited: peer.Flooding, wire.CodeBadCredentials: peer.Guessing,
}

// refuse answers a request that is the gate's own to refuse, and counts it. Other codes
// than the core's are the accounts', about a name or a password.
func (c *client) refuse(id uint64, err *wire.Error) {
	why, known := answered[err.Code]
	if !known {
		why = peer.BadAccount
	}
	if !uncounted[err.Code] {
		c.gate.cfg.Refusals.Add(why)
	}
	c.Reply(id, nil, err)
}

// The statuses of close frames that say which rule was broken (RFC 6455, section 7.4.1).
const (
	statusProtocol = 1002
	statusNotText  = 1007
	statusPolicy   = 1008
	statusTooLong  = 1009
)

var breaches = map[uint16]peer.Refusal{statusProtocol: peer.BadFrame, statusNotText: peer.NotText, statusTooLong: peer.TooLong}

// breach says which rule was broken, where b is a close frame that gws sends for that.
func breach(b []byte) (peer.Refusal, bool) {
	if len(b) < 4 || b[0] != opClose {
		return 0, false
	}
	why, ok := breaches[binary.BigEndian.Uint16(b[2:])]
	return why, ok
}

// opClose is the first byte of a close frame.
const opClose = 0x88
