package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/web/accounts"
)

// Credentials open a session.
type Credentials struct {
	Username string `json:"username" minLength:"1" maxLength:"64"`
	Password string `json:"password" minLength:"1" maxLength:"1024"`
}

// A User is who is logged in.
type User struct {
	Name     string            `json:"name"`
	Role     jurisdiction.Role `json:"role"`
	Unit     string            `json:"unit"`
	UnitName string            `json:"unit_name"`
	Sources  []string          `json:"sources" doc:"whence this person may report"`

	Posts []jurisdiction.Post `json:"posts" doc:"held at the desk; none: all"`
	Grids []string            `json:"grids" doc:"that an inspector walks; none: all of the community"`
}

// A NewSession is the answer to a log-in.
type NewSession struct {
	Token   string    `json:"token" doc:"for Authorization: Bearer"`
	User    User      `json:"user"`
	Expires time.Time `json:"expires" doc:"unless it is used before"`
}

// A CurrentSession says whose session it is.
type CurrentSession struct {
	User User `json:"user"`
}

// A LiveTicket opens one websocket.
type LiveTicket struct {
	Ticket string `json:"ticket" doc:"one use, 30 seconds"`
}

func (s *server) user(p jurisdiction.Person) User {
	u := User{Name: p.Name, Role: p.Role, Unit: p.Unit, Sources: jurisdiction.MayReport(p.Role)}
	if unit, ok := s.reference().Book.Unit(p.Unit); ok {
		u.UnitName = unit.Name
	}
	if u.Sources == nil {
		u.Sources = []string{}
	}
	u.Posts, u.Grids = append([]jurisdiction.Post{}, p.Posts...), append([]string{}, p.Grids...)
	return u
}

func (s *server) logIn(ctx context.Context, r *Request, body Credentials) (NewSession, error) {
	session, err := s.Accounts.LoginFrom(ctx, body.Username, body.Password, address(r.Request))
	if errors.Is(err, accounts.ErrWrong) {
		return NewSession{}, problem(http.StatusUnauthorized, "wrong_credentials", "the name or the password is wrong")
	}
	if many, ok := errors.AsType[*accounts.TooManyError](err); ok {
		p := problem(http.StatusTooManyRequests, "too_many_failures", "too many log-ins failed; wait a little")
		p.retryAfter = many.Wait
		return NewSession{}, p
	}
	if err != nil {
		return NewSession{}, err
	}
	noteAccount(ctx, session.Person.Name)
	s.setCookie(r, session.Token, 0)
	return NewSession{Token: session.Token, User: s.user(session.Person), Expires: session.Expires}, nil
}

func (s *server) logOut(ctx context.Context, r *Request, _ none) (none, error) {
	s.setCookie(r, "", -1)
	return none{}, s.Accounts.Logout(ctx, r.Session)
}

func (s *server) session(_ context.Context, r *Request, _ none) (CurrentSession, error) {
	return CurrentSession{User: s.user(r.Person)}, nil
}

func (s *server) ticket(ctx context.Context, r *Request, _ none) (LiveTicket, error) {
	ticket, err := s.Accounts.NewTicket(ctx, r.Session)
	return LiveTicket{Ticket: ticket}, err
}

// setCookie hands the token to a browser: scripts can't read it, other sites can't use it.
func (s *server) setCookie(r *Request, token string, maxAge int) {
	c := http.Cookie{
		Name: cookieName, Value: token, Path: "/", MaxAge: maxAge, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
	}
	r.header.Add("Set-Cookie", c.String())
}
