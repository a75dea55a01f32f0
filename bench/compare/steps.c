// How many instructions a proxy executes in user mode for one request: its thread is stepped through it, one instruction at a time. Exact, the
// same on a busy machine, and there where no counter is (most virtual machines); a request takes a second or two that way.
//
//   steps THREAD_ID PORT REQUEST_FILE COUNT      (on 127.0.0.1; the file holds a whole HTTP/1.1 request on a connection that is kept)
//
// Prints the least and the median of COUNT requests on one connection. The least is the one to compare. The clock goes on meanwhile, so what a
// proxy does once a second is in some of them, and in all when each takes longer than a second.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_REQUESTS = 1000, MOST_BYTES = 64 * 1024, QUIET_MICROSECONDS = 50 * 1000 };

static atomic_long steps;
static atomic_int over;
static struct sockaddr_in address;
static char request[MOST_BYTES];
static size_t request_length;
static int requests;

static void fail(const char *what) { perror(what); exit(1); }

static int by_size(const void *a, const void *b) { return (*(const long *)a > *(const long *)b) - (*(const long *)a < *(const long *)b); }

// A thread that waits in the kernel makes no steps.
static long settled(void) {
    long before, now = atomic_load(&steps);
    do {
        before = now;
        usleep(QUIET_MICROSECONDS);
        now = atomic_load(&steps);
    } while (now != before);
    return now;
}

static void ask(int client) {
    static char answer[MOST_BYTES];
    size_t length = 0;
    if (send(client, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) fail("send");
    for (;;) {
        ssize_t count = recv(client, answer + length, sizeof answer - 1 - length, 0);
        if (count <= 0) { fprintf(stderr, "steps: the answer does not end\n"); exit(1); }
        length += (size_t)count;
        answer[length] = 0;
        char *body = strstr(answer, "\r\n\r\n");
        char *field = strcasestr(answer, "\r\ncontent-length:");
        if (body && field && length - (size_t)(body + 4 - answer) >= strtoul(field + 17, NULL, 10)) break;
    }
    if (strncmp(answer, "HTTP/1.1 200", 12)) { fprintf(stderr, "steps: %.60s\n", answer); exit(1); }
}

static void *ask_all(void *unused) {
    (void)unused;
    static long each[MOST_REQUESTS];
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client, (struct sockaddr *)&address, sizeof address)) fail("connect");
    ask(client); // connections, and whatever is needed for the first time
    long last = settled();
    for (int i = 0; i < requests; i++) {
        ask(client);
        long now = settled();
        each[i] = now - last;
        last = now;
    }
    qsort(each, (size_t)requests, sizeof *each, by_size);
    printf("%ld %ld\n", each[0], each[requests / 2]);

    // Whoever is let go of in the middle of a step dies of it: the next step is the last, and one request more makes the thread take it.
    atomic_store(&over, 1);
    ask(client);
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 5) { fprintf(stderr, "usage: steps THREAD_ID PORT REQUEST_FILE COUNT\n"); return 2; }
    pid_t thread = atoi(arguments[1]);
    address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int file = open(arguments[3], O_RDONLY);
    ssize_t length = file < 0 ? -1 : read(file, request, sizeof request);
    if (length <= 0) fail(arguments[3]);
    request_length = (size_t)length;
    requests = atoi(arguments[4]);
    if (requests < 1 || requests > MOST_REQUESTS) { fprintf(stderr, "steps: 1 to %d requests\n", MOST_REQUESTS); return 2; }

    int status;
    if (ptrace(PTRACE_SEIZE, thread, 0, 0) || ptrace(PTRACE_INTERRUPT, thread, 0, 0)) fail("ptrace");
    if (waitpid(thread, &status, __WALL) < 0) fail("waitpid");
    pthread_t client;
    if (pthread_create(&client, NULL, ask_all, NULL)) fail("pthread_create");
    for (int sent = 0;;) {
        if (ptrace(PTRACE_SINGLESTEP, thread, 0, sent)) fail("step");
        if (waitpid(thread, &status, __WALL) < 0) fail("waitpid");
        if (!WIFSTOPPED(status)) { fprintf(stderr, "steps: the thread has ended\n"); return 1; }
        // Its own signals are its own.
        sent = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
        atomic_fetch_add(&steps, 1);
        if (atomic_load(&over)) break;
    }

    if (ptrace(PTRACE_DETACH, thread, 0, 0)) fail("detach");
    pthread_join(client, NULL);
    return 0;
}
