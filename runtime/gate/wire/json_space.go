package wire

import (
	"encoding/json"
	"math"
	"strconv"

	"hotshard/runtime/world"
)

// In JSON, positions are rounded to the millimetre, velocities to 1 mm/s. A point
// whose coordinates are all within fineLimit is taken for a direction and keeps six
// decimals.
const fineLimit = 16

func appendID[T ~uint32 | ~uint64](dst []byte, key string, id T) []byte {
	dst = append(dst, key...)
	return strconv.AppendUint(dst, uint64(id), 10)
}

// appendMotion appends the members of a motion behind an id that is already there.
// Target, point, range, speed and tau are left out when they are zero.
func (m *Motion) appendMotion(dst []byte) []byte {
	dst = appendID(dst, `,"mode":`, uint32(m.Mode))
	dst = appendVec(append(dst, `,"pos":`...), m.Pos, 3)
	dst = appendVec(append(dst, `,"vel":`...), m.Vel, 3)
	if m.Target != 0 {
		dst = appendID(dst, `,"target":`, m.Target)
	}
	if m.Point != (world.Vec3{}) {
		decimals := 3
		if isFine(m.Point) {
			decimals = 6
		}
		dst = appendVec(append(dst, `,"point":`...), m.Point, decimals)
	}
	if m.Range != 0 {
		dst = appendFixed(append(dst, `,"range":`...), m.Range, 3)
	}
	if m.Speed != 0 {
		dst = appendFixed(append(dst, `,"speed":`...), m.Speed, 3)
	}
	if m.Tau != 0 {
		dst = appendFixed(append(dst, `,"tau":`...), m.Tau, 4)
	}
	return dst
}

func isFine(p world.Vec3) bool {
	return math.Abs(p.X) <= fineLimit && math.Abs(p.Y) <= fineLimit && math.Abs(p.Z) <= fineLimit
}

func appendEntities(dst []byte, list []Entity) []byte {
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = list[i].appendJSON(dst)
	}
	return append(dst, ']')
}

func (s *Snapshot) appendJSON(dst []byte) []byte {
	dst = appendID(dst, `{"ev":"snapshot","tick":`, s.Tick)
	dst = appendFixed(append(dst, `,"hz":`...), s.Hz, 3)
	dst = appendFixed(append(dst, `,"dilation":`...), s.Dilation, 4)
	dst = appendID(dst, `,"you":`, s.You)
	dst = appendID(dst, `,"bubble":`, s.Bubble)
	dst = append(dst, `,"entities":`...)
	return append(appendEntities(dst, s.Entities), '}')
}

func (d *Delta) appendJSON(dst []byte) []byte {
	dst = appendID(dst, `{"ev":"delta","tick":`, d.Tick)
	dst = append(dst, `,"gone":[`...)
	for i, id := range d.Gone {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendID(dst, "", id)
	}
	dst = append(dst, `],"add":`...)
	dst = appendEntities(dst, d.Add)
	dst = append(dst, `,"move":[`...)
	for i := range d.Move {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = d.Move[i].appendJSON(dst)
	}
	for i := range d.Turn {
		if i+len(d.Move) > 0 {
			dst = append(dst, ',')
		}
		dst = d.Turn[i].Motion.appendJSON(dst)
	}
	return append(dst, ']', '}')
}

func (m *Motion) appendJSON(dst []byte) []byte {
	return append(m.appendMotion(appendID(dst, `{"id":`, m.ID)), '}')
}

// triple is a vector as JSON has it.
type triple [3]float64

func (t triple) vec() world.Vec3 { return world.Vec3{X: t[0], Y: t[1], Z: t[2]} }

// spaceJSON is the JSON form of an entity and of a motion, for reading.
type spaceJSON struct {
	entityJSON
	ID     world.EntityID `json:"id"`
	Mode   uint8          `json:"mode"`
	Pos    triple         `json:"pos"`
	Vel    triple         `json:"vel"`
	Target world.EntityID `json:"target"`
	Point  triple         `json:"point"`
	Range  float64        `json:"range"`
	Speed  float64        `json:"speed"`
	Tau    float64        `json:"tau"`
}

func (j *spaceJSON) motion() Motion {
	return Motion{ID: j.ID, Mode: j.Mode, Pos: j.Pos.vec(), Vel: j.Vel.vec(), Target: j.Target,
		Point: j.Point.vec(), Range: j.Range, Speed: j.Speed, Tau: j.Tau}
}

func entities(list []spaceJSON) []Entity {
	var out []Entity
	for i := range list {
		out = append(out, list[i].entity(list[i].motion()))
	}
	return out
}

// UnmarshalJSON reads the snapshot event of the JSON codec.
func (s *Snapshot) UnmarshalJSON(b []byte) error {
	var j struct {
		Tick     world.Tick     `json:"tick"`
		Hz       float64        `json:"hz"`
		Dilation float64        `json:"dilation"`
		You      world.EntityID `json:"you"`
		Bubble   uint32         `json:"bubble"`
		Entities []spaceJSON    `json:"entities"`
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*s = Snapshot{j.Tick, j.Hz, j.Dilation, j.You, j.Bubble, entities(j.Entities)}
	return nil
}

// UnmarshalJSON reads the delta event of the JSON codec.
func (d *Delta) UnmarshalJSON(b []byte) error {
	var j struct {
		Tick world.Tick       `json:"tick"`
		Add  []spaceJSON      `json:"add"`
		Move []spaceJSON      `json:"move"`
		Gone []world.EntityID `json:"gone"`
	}
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*d = Delta{Tick: j.Tick, Add: entities(j.Add), Gone: j.Gone}
	for i := range j.Move {
		d.Move = append(d.Move, j.Move[i].motion())
	}
	return nil
}
