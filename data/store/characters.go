package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"hotshard/data/ledger"
	"hotshard/runtime/world"
)

// MaxData is how long a character's script data may be, in bytes of JSON.
const MaxData = 256 << 10

// Character is one player's person in the game and where it is. Station is the
// one it is docked at, 0 in space; Pos is in metres from the system's star, Vel
// in metres per second. Data is JSON that belongs to the scripts; "" is "{}".
type Character struct {
	ID       world.CharacterID
	Account  AccountID
	Name     string
	System   world.SystemID
	Station  world.EntityID
	Pos, Vel world.Vec3
	Ship     string // the item type it flies
	Data     string
	Release  int // of the scripts that ran when Data was saved
	Created  time.Time
	LastSeen time.Time
}

const characterColumns = `id, account, name, system, station, px, py, pz, vx, vy, vz, ship, data, release, created, last_seen`

const (
	insertCharacter = `INSERT INTO characters (account, name, name_key, system, station, px, py, pz, vx, vy, vz, ship, data, release, created, last_seen)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	updateCharacter = `UPDATE characters SET system = ?, station = ?, px = ?, py = ?, pz = ?, vx = ?, vy = ?, vz = ?, ship = ?, data = ?, release = ?, last_seen = ?
		WHERE id = ?`
	placeCharacter = `UPDATE characters SET system = ?, station = ?, px = 0, py = 0, pz = 0, vx = 0, vy = 0, vz = 0, ship = '' WHERE id = ?`
	updatePlace    = `UPDATE characters SET px = ?, py = ?, pz = ?, vx = ?, vy = ?, vz = ?, last_seen = ? WHERE id = ?`

	selectCharacter       = `SELECT ` + characterColumns + ` FROM characters WHERE id = ?`
	selectCharacterByName = `SELECT ` + characterColumns + ` FROM characters WHERE name_key = ?`
	selectCharactersOf    = `SELECT ` + characterColumns + ` FROM characters WHERE account = ? ORDER BY last_seen DESC, id DESC`
	selectLastCharacter   = selectCharactersOf + ` LIMIT 1`
)

// Place is where a character is in the system and the ship it was saved in: all
// that changes of most of them between two saves. Pos is in metres from the star,
// Vel in metres per second.
type Place struct {
	ID       world.CharacterID
	Pos, Vel world.Vec3
}

// CreateCharacter adds a character to the account that c names. ID, Created and
// LastSeen are set by the store. Errors: ErrName, ErrNameTaken, ErrInvalid,
// ErrNotFound for the account.
func (s *Store) CreateCharacter(ctx context.Context, c Character) (Character, error) {
	const op = "create character"
	if err := c.check(op); err != nil {
		return Character{}, err
	}
	var made Character
	err := s.change(nobodys(ctx), op, func(t *tx) error {
		made = c
		return made.insert(t, op, s.now())
	})
	return made, err
}

// PlaceCharacter moves a character to another system: docked at the station or, with 0, to
// nowhere in space, without the ship that was in space. Errors: ErrNotFound.
func (s *Store) PlaceCharacter(ctx context.Context, id world.CharacterID, to world.SystemID, station world.EntityID) error {
	const op = "place character"
	return s.change(ctx, op, func(t *tx) error {
		found, err := t.Update(placeCharacter, to, station, id)
		if err == nil && !found {
			err = fail(op, ErrNotFound, "there is no "+who(id, ""))
		}
		return err
	})
}

// Character returns the character with the id, or ErrNotFound.
func (s *Store) Character(ctx context.Context, id world.CharacterID) (Character, error) {
	return s.oneCharacter(ctx, selectCharacter, id)
}

// CharacterByName returns the character with the name in any case, or ErrNotFound.
func (s *Store) CharacterByName(ctx context.Context, name string) (Character, error) {
	return s.oneCharacter(ctx, selectCharacterByName, nameKey(name))
}

// CharactersOf returns the account's characters, the one last seen first.
func (s *Store) CharactersOf(ctx context.Context, id AccountID) ([]Character, error) {
	return query(ctx, s, "characters", scanCharacter, selectCharactersOf, id)
}

// SaveCharacters writes where the characters are and what scripts keep with
// them, and of those in moved only where they are, all in one transaction; ID,
// Account, Name and Created are not changed. A LastSeen of zero is now. Characters
// that cannot be saved (not in the database, a position that is not finite, Data
// that is no JSON) are left out and named in the error, ErrInvalid or ErrNotFound;
// the others are saved even so: one broken script must not cost everybody their
// place. With any other error nothing was saved.
func (s *Store) SaveCharacters(ctx context.Context, all []Character, moved ...Place) error {
	const op = "save characters"
	var unfit []error
	fit := make([]Character, 0, len(all))
	for _, c := range all {
		if err := c.checkState(op); err != nil {
			unfit = append(unfit, err)
			continue
		}
		fit = append(fit, c)
	}
	places := make([]Place, 0, len(moved))
	for _, p := range moved {
		if !p.Pos.Finite() || !p.Vel.Finite() {
			unfit = append(unfit, notFinite(op, who(p.ID, "")))
			continue
		}
		places = append(places, p)
	}
	if len(fit)+len(places) == 0 {
		return errors.Join(unfit...)
	}
	// In the order in which the rows stand on the pages, each page is written once.
	slices.SortFunc(fit, func(a, b Character) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(places, func(a, b Place) int { return cmp.Compare(a.ID, b.ID) })
	var unknown []error
	err := s.change(ctx, op, func(t *tx) (err error) {
		unknown, err = saveAll(t, op, s.now(), fit, places)
		return err
	})
	if err != nil {
		return err
	}
	return errors.Join(append(unfit, unknown...)...)
}

// saveAll updates the rows, and returns which of them are not there.
func saveAll(t *tx, op string, now int64, all []Character, moved []Place) (unknown []error, err error) {
	missing := func(id world.CharacterID, name string) {
		unknown = append(unknown, fail(op, ErrNotFound, "there is no "+who(id, name)))
	}
	for i := range all {
		found, err := all[i].update(t, now)
		if err != nil {
			return nil, err
		}
		if !found {
			missing(all[i].ID, all[i].Name)
		}
	}
	for _, p := range moved {
		found, err := t.Update(updatePlace, p.Pos.X, p.Pos.Y, p.Pos.Z, p.Vel.X, p.Vel.Y, p.Vel.Z, now, p.ID)
		if err != nil {
			return nil, err
		}
		if !found {
			missing(p.ID, "")
		}
	}
	return unknown, nil
}

func (s *Store) oneCharacter(ctx context.Context, text string, arg any) (Character, error) {
	const op = "character"
	c, found, err := queryOne(ctx, s, op, scanCharacter, text, arg)
	if err == nil && !found {
		err = fail(op, ErrNotFound, "there is no such character")
	}
	return c, err
}

func lastCharacter(t *tx, id AccountID) (c Character, found bool, err error) {
	err = t.each(func(row scanner) (err error) {
		c, err = scanCharacter(row)
		found = true
		return err
	}, selectLastCharacter, id)
	return c, found, err
}

func scanCharacter(row scanner) (c Character, err error) {
	var created, seen int64
	err = row.Scan(&c.ID, &c.Account, &c.Name, &c.System, &c.Station, &c.Pos.X, &c.Pos.Y, &c.Pos.Z,
		&c.Vel.X, &c.Vel.Y, &c.Vel.Z, &c.Ship, &c.Data, &c.Release, &created, &seen)
	c.Created, c.LastSeen = toTime(created), toTime(seen)
	return c, err
}

// insert adds the row and sets what the store decides.
func (c *Character) insert(t *tx, op string, now int64) error {
	c.Data = orEmptyObject(c.Data)
	id, err := t.Insert(insertCharacter, c.Account, c.Name, nameKey(c.Name), c.System, c.Station, c.Pos.X, c.Pos.Y, c.Pos.Z,
		c.Vel.X, c.Vel.Y, c.Vel.Z, c.Ship, c.Data, c.Release, now, now)
	if foreignKey(err) {
		return fail(op, ErrNotFound, fmt.Sprintf("there is no account %d", c.Account))
	}
	if err != nil {
		return nameTaken(op, c.Name, err)
	}
	c.ID, c.Created, c.LastSeen = world.CharacterID(id), toTime(now), toTime(now)
	if t.w.purse == 0 {
		return nil
	}
	_, err = t.post(now, &Why{Cause: ledger.FaucetPurse, Actor: c.ID}, func() error {
		_, err := t.entry.Change(Item{Owner: c.ID, Location: ledger.Wallet, Type: ledger.Money}.holding(), t.w.purse)
		return err
	})
	return err
}

func (c *Character) update(t *tx, now int64) (found bool, err error) {
	seen := now
	if !c.LastSeen.IsZero() {
		seen = fromTime(c.LastSeen)
	}
	return t.Update(updateCharacter, c.System, c.Station, c.Pos.X, c.Pos.Y, c.Pos.Z,
		c.Vel.X, c.Vel.Y, c.Vel.Z, c.Ship, orEmptyObject(c.Data), c.Release, seen, c.ID)
}

func (c *Character) check(op string) error {
	if err := checkName(op, c.Name); err != nil {
		return err
	}
	return c.checkState(op)
}

func (c *Character) checkState(op string) error {
	switch {
	case !c.Pos.Finite() || !c.Vel.Finite():
		return notFinite(op, who(c.ID, c.Name))
	case len(c.Data) > MaxData:
		return fail(op, ErrInvalid, fmt.Sprintf("%s: script data of %d bytes, at most %d are kept", who(c.ID, c.Name), len(c.Data), MaxData))
	case c.Data != "" && !json.Valid([]byte(c.Data)):
		return fail(op, ErrInvalid, who(c.ID, c.Name)+": script data is not JSON")
	}
	return nil
}

// who names a character in an error.
func who(id world.CharacterID, name string) string {
	if name == "" {
		return fmt.Sprintf("character %d", id)
	}
	return fmt.Sprintf("character %d (%s)", id, name)
}

func notFinite(op, who string) error {
	return fail(op, ErrInvalid, who+": position and velocity must be finite numbers")
}

func orEmptyObject(data string) string {
	if data == "" {
		return "{}"
	}
	return data
}
