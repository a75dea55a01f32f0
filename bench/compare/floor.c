// The floor: what it costs to carry bytes from one TCP connection to another and back, and nothing else.
// One thread, level-triggered epoll, one upstream connection for every client connection, no look at the bytes.
// A proxy that also has to read what it carries can come close to this, not below it.
//
//   floor LISTEN_PORT UPSTREAM_PORT        (both on 127.0.0.1)
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, EVENTS = 256 };

// One end of a carried connection. `held` are bytes read from the peer that this end's socket would not take yet.
struct end {
    int fd;
    struct end *peer;
    char *held;
    size_t held_length, held_at;
    int peer_finished; // nothing more will come from the peer: shut down once `held` is out
    int dead;
};

static int poller;
static char chunk[CHUNK];
static struct end *graveyard[2 * EVENTS];
static int buried;

static void fail(const char *what) { perror(what); exit(1); }

// Each end is read while its peer has nothing held and it has not ended itself, and written while it holds something.
static void watch(struct end *e, int how) {
    int reads = !e->peer->held && !e->peer->peer_finished;
    struct epoll_event event = { .events = (reads ? EPOLLIN : 0) | (e->held ? EPOLLOUT : 0), .data.ptr = e };
    if (epoll_ctl(poller, how, e->fd, &event) < 0) fail("epoll_ctl");
}

// Freed only after the batch of events: a later event of the same batch may still point here.
static void bury(struct end *e) {
    if (e->dead) return;
    e->dead = 1;
    close(e->fd);
    graveyard[buried++] = e;
}

static void drop(struct end *e) { struct end *peer = e->peer; bury(e); bury(peer); }

// Sends, keeping what the kernel does not take; while anything is kept, the source is not read.
static void put(struct end *to, const char *bytes, size_t length) {
    ssize_t sent = send(to->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) { drop(to); return; }
    if (sent < 0) sent = 0;
    if ((size_t)sent == length) return;
    to->held_length = length - sent;
    to->held_at = 0;
    to->held = malloc(to->held_length);
    memcpy(to->held, bytes + sent, to->held_length);
    watch(to, EPOLL_CTL_MOD);
    watch(to->peer, EPOLL_CTL_MOD);
}

static void flush(struct end *to) {
    ssize_t sent = send(to->fd, to->held + to->held_at, to->held_length - to->held_at, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) { if (errno != EAGAIN) drop(to); return; }
    to->held_at += sent;
    if (to->held_at < to->held_length) return;
    free(to->held);
    to->held = NULL;
    if (to->peer_finished) shutdown(to->fd, SHUT_WR);
    watch(to, EPOLL_CTL_MOD);
    watch(to->peer, EPOLL_CTL_MOD);
}

static void carry(struct end *from) {
    ssize_t got = recv(from->fd, chunk, CHUNK, MSG_DONTWAIT);
    if (got > 0) { put(from->peer, chunk, got); return; }
    if (got < 0) { if (errno != EAGAIN) drop(from); return; }
    from->peer->peer_finished = 1;
    if (from->peer_finished) { drop(from); return; }
    shutdown(from->peer->fd, SHUT_WR); // nothing is held there, or this end would not have been read
    watch(from, EPOLL_CTL_MOD);
}

static struct end *new_end(int fd) {
    int on = 1;
    struct end *e = calloc(1, sizeof *e);
    e->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return e;
}

static void meet(int listener, const struct sockaddr_in *upstream) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) return;
    int out = socket(AF_INET, SOCK_STREAM, 0); // blocks only here, and on loopback not even here
    if (out < 0 || connect(out, (const struct sockaddr *)upstream, sizeof *upstream) < 0) { close(fd); if (out >= 0) close(out); return; }
    struct end *a = new_end(fd), *b = new_end(out);
    a->peer = b;
    b->peer = a;
    watch(a, EPOLL_CTL_ADD);
    watch(b, EPOLL_CTL_ADD);
}

int main(int argc, char **argv) {
    if (argc != 3) { fprintf(stderr, "usage: floor LISTEN_PORT UPSTREAM_PORT\n"); return 2; }
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in there = here;
    there.sin_port = htons(atoi(argv[2]));
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0 || listen(listener, 4096) < 0) fail("listen");
    if ((poller = epoll_create1(0)) < 0) fail("epoll_create1");
    struct epoll_event first = { .events = EPOLLIN, .data.ptr = NULL }, events[EVENTS];
    if (epoll_ctl(poller, EPOLL_CTL_ADD, listener, &first) < 0) fail("epoll_ctl");
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            struct end *e = events[i].data.ptr;
            if (!e) { meet(listener, &there); continue; }
            if (!e->dead && e->held && (events[i].events & EPOLLOUT)) flush(e);
            if (!e->dead && (events[i].events & EPOLLIN)) carry(e);
            if (!e->dead && !(events[i].events & (EPOLLIN | EPOLLOUT))) drop(e);
        }
        while (buried > 0) { struct end *e = graveyard[--buried]; free(e->held); free(e); }
    }
}
