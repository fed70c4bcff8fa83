#include <stdio.h>

#include "../src/stack.h"

static int number;

static void check(int holds, const char *name)
{
    printf("%s %d - %s\n", holds ? "ok" : "not ok", ++number, name);
}

int main(void)
{
    struct stack stack = {{0}, 0};
    int value = 0;

    puts("1..4");
    check(!stack_pop(&stack, &value), "nothing is popped off an empty stack");
    check(stack_push(&stack, 7) && stack_pop(&stack, &value) && value == 7, "what was pushed is popped");
    for (int i = 0; i < STACK_MAX; i++)
        stack_push(&stack, i);
    check(!stack_push(&stack, 99), "a full stack takes no more");
    check(stack_pop(&stack, &value) && value == STACK_MAX - 1, "the last comes first");
    return 0;
}
