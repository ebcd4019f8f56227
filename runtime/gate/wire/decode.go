package wire

import (
	"encoding/json"
	"fmt"

	"hotshard/runtime/world"
)

// Message is a message of the server as a client reads it. Which fields count
// depends on Kind.
type Message struct {
	Kind     Kind
	Event    string                 // KindText: the name
	Fields   map[string]world.Value // KindText: all members, "ev" included
	Re       uint64                 // KindReply: id of the request
	Result   world.Value            // KindReply
	Err      *Error                 // KindReply: nil when it went well
	Snapshot *Snapshot              // KindSnapshot
	Delta    *Delta                 // KindDelta
}

// Decode reads the payload of one WebSocket message from the server.
func Decode(c Codec, payload []byte) (*Message, error) {
	if c == Binary {
		if len(payload) == 0 {
			return nil, fmt.Errorf("%w: it is empty", ErrMalformed)
		}
		switch Kind(payload[0]) {
		case KindText:
			payload = payload[1:]
		case KindSnapshot:
			s := new(Snapshot)
			return &Message{Kind: KindSnapshot, Snapshot: s}, s.UnmarshalBinary(payload)
		case KindDelta:
			d := new(Delta)
			return &Message{Kind: KindDelta, Delta: d}, d.UnmarshalBinary(payload)
		default:
			return nil, fmt.Errorf("%w: its kind is %d", ErrMalformed, payload[0])
		}
	}
	return decodeText(payload)
}

func decodeText(text []byte) (*Message, error) {
	var head struct {
		Event string  `json:"ev"`
		Re    *uint64 `json:"re"`
		OK    bool    `json:"ok"`
		Error *Error  `json:"error"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	switch {
	case head.Re != nil:
		return decodeReply(text, *head.Re, head.OK, head.Error)
	case head.Event == "snapshot":
		s := new(Snapshot)
		return &Message{Kind: KindSnapshot, Snapshot: s}, json.Unmarshal(text, s)
	case head.Event == "delta":
		d := new(Delta)
		return &Message{Kind: KindDelta, Delta: d}, json.Unmarshal(text, d)
	case head.Event == "":
		return nil, fmt.Errorf("%w: it is neither an event nor a reply", ErrMalformed)
	}
	m := &Message{Kind: KindText, Event: head.Event}
	return m, json.Unmarshal(text, &m.Fields)
}

func decodeReply(text []byte, re uint64, ok bool, refusal *Error) (*Message, error) {
	m := &Message{Kind: KindReply, Re: re}
	if !ok {
		if refusal == nil {
			refusal = &Error{Code: CodeInternal}
		}
		m.Err = refusal
		return m, nil
	}
	var body struct {
		Result world.Value `json:"result"`
	}
	err := json.Unmarshal(text, &body)
	m.Result = body.Result
	return m, err
}
